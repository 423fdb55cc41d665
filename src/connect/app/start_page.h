// The page of a browser that opens the address of a server that was built without the web app: what
// this is, and how to go on. Pure.
#pragma once

#include <string>

namespace chat::app {

// `has_dev_login`: anybody may log in, so it says how.
std::string start_page(bool has_dev_login);

}  // namespace chat::app
