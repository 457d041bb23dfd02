#include "core/queue/page_tracker.hpp"

#include <algorithm>

namespace warren {

std::uint64_t page_tracker::open(bool durable, std::vector<queue_entry>&& entries, queue_effects& out) {
  pending_page page;
  page.token = next_token_++;
  page.positions.reserve(entries.size());
  for (const queue_entry& e : entries) page.positions.push_back(e.at);
  if (!std::is_sorted(page.positions.begin(), page.positions.end()))  // several lanes
    std::sort(page.positions.begin(), page.positions.end());
  pending_.push_back(std::move(page));
  out.page_outs.push_back({pending_.back().token, durable, std::move(entries)});
  return pending_.back().token;
}

bool page_tracker::settle_pending(position at) {
  for (pending_page& page : pending_) {
    if (at < page.positions.front() || at > page.positions.back()) continue;
    if (!std::binary_search(page.positions.begin(), page.positions.end(), at)) continue;
    page.settled.push_back(at);
    return true;
  }
  return false;
}

bool page_tracker::answered(std::uint64_t token, queue_effects& out) {
  const auto page = std::find_if(pending_.begin(), pending_.end(), [token](const auto& p) { return p.token == token; });
  if (page == pending_.end()) return false;
  out.disk_acks.insert(out.disk_acks.end(), page->settled.begin(), page->settled.end());
  pending_.erase(page);
  while (!releases_.empty() && answered_upto(releases_.front().second)) {
    out.log_releases.push_back(releases_.front().first);
    releases_.erase(releases_.begin());
  }
  return true;
}

void page_tracker::release_after_pending(log_file_id file, queue_effects& out) {
  if (pending_.empty()) {
    out.log_releases.push_back(file);
  } else {
    releases_.emplace_back(file, newest());
  }
}

void page_tracker::purged() {
  for (pending_page& page : pending_) page.settled.clear();
}

}  // namespace warren
