// Reading all items of a range, however many pages that takes. Any thread.
#pragma once

#include <functional>
#include <vector>

#include "connect/persistence/persistence.h"
#include "connect/store/store.h"

namespace chat::persistence {

// Takes an item that was scanned; false: that is enough. An error ends the scan and is its outcome.
using ItemVisitor = std::function<base::Result<bool>(const store::Item&)>;

// Shows the visitor the range's items in ascending order, range.limit at a time, until it has
// enough or there are no more, and then answers. One page is under way at a time.
void scan_all(store::Store& store, store::ItemRange range, ItemVisitor visit,
              Done<base::Unit> done);

}  // namespace chat::persistence
