// The program: one binary, a command for everything.

#include "connect/app/command_line.h"

int main(int argc, char** argv) { return chat::app::run_command_line(argc, argv); }
