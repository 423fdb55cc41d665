// The sockets API beside a namespace of the name `connect`: POSIX has a function of that name in
// the global scope, and C++ lets only one of the two have it. Include this in place of
// <sys/socket.h>, and before every system or library header that includes that one (<netinet/…>,
// <arpa/inet.h>, <netdb.h>, Boost.Asio and Beast). Functions of the kernel, any thread.
#pragma once

#define connect posix_connect
#include <sys/socket.h>
#undef connect

// The C library's connect().
extern "C" int posix_connect(int fd, const sockaddr* address, socklen_t bytes) __asm__("connect");
