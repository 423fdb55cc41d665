// The files of the web app, which tools/build-web has built and CMake put into the program. Any
// thread.
#pragma once

#include <vector>

#include "connect/gateway/static_files.h"

namespace chat::app {

// None when the program was built without the web app (CMake's option CONNECT_WEB).
std::vector<gateway::StaticFile> web_files();

}  // namespace chat::app
