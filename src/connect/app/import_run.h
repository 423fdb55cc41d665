// `connect import irc`: reads logs of an IRC channel and puts them into a data directory, or into a
// running server. Blocking; a thread for each of up to four chats.
#pragma once

#include <string>
#include <vector>

namespace chat::app {

struct ImportOptions {
  std::vector<std::string> files;
  std::string chat;   // empty: the name of the first file's folder
  std::string title;  // empty: the chat's id
  bool per_year = false;
  std::string data;  // one of the two is set
  std::string ops;
};

// Progress and a closing report on standard error. The process's exit code: not 0 when a line could
// not be placed.
int run_import(const ImportOptions& options);

}  // namespace chat::app
