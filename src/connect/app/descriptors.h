// File descriptors: as many as the system gives, and how many clients that makes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "connect/base/result.h"

namespace chat::app {

// Raises the process's limit of open files as far as it may; the limit then.
uint64_t raise_descriptor_limit();

// How many connections each loop may hold, so that the database never lacks a descriptor. kInvalid
// when nearly nothing is left for clients.
base::Result<size_t> connections_for(uint64_t descriptors, uint32_t loops);

}  // namespace chat::app
