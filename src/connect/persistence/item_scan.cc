#include "connect/persistence/item_scan.h"

#include <memory>
#include <utility>

namespace chat::persistence {
namespace {

// A scan under way. Shared by the callbacks of its pages, of which one is under way at a time.
class Scan final : public std::enable_shared_from_this<Scan> {
 public:
  Scan(store::Store& store, store::ItemRange range, ItemVisitor visit, Done<base::Unit> done)
      : store_(store), range_(std::move(range)), visit_(std::move(visit)), done_(std::move(done)) {}

  void next() {
    store_.scan_items(
        range_, [self = shared_from_this()](const base::Result<std::vector<store::Item>>& page) {
          const base::Result<bool> more = self->take(page);
          if (!more) return self->done_(base::Unexpected{more.error()});
          *more ? self->next() : self->done_(base::Unit{});
        });
  }

 private:
  base::Result<bool> take(const base::Result<std::vector<store::Item>>& page) {
    if (!page) return base::Unexpected{page.error()};
    for (const store::Item& item : *page) {
      TRY_ASSIGN(const bool more, visit_(item));
      if (!more) return false;
    }
    if (page->size() < range_.limit) return false;
    // The smallest name behind the last one.
    range_.first = page->back().item + '\0';
    return true;
  }

  store::Store& store_;
  store::ItemRange range_;
  const ItemVisitor visit_;
  const Done<base::Unit> done_;
};

}  // namespace

void scan_all(store::Store& store, store::ItemRange range, ItemVisitor visit,
              Done<base::Unit> done) {
  std::make_shared<Scan>(store, std::move(range), std::move(visit), std::move(done))->next();
}

}  // namespace chat::persistence
