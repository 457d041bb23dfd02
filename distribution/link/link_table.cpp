#include "distribution/link/link_table.hpp"

namespace warren::distribution {

bool link_table::may_dial(const std::string& peer) {
  if (peer == self_) return false;
  entry& e = peers_[peer];
  if (e.dialling || e.link) return false;
  e.dialling = true;
  return true;
}

void link_table::dial_failed(const std::string& peer) {
  const auto at = peers_.find(peer);
  if (at == peers_.end()) return;
  at->second.dialling = false;
  tidy(at);
}

std::uint64_t link_table::dial_succeeded(const std::string& peer, std::uint64_t incarnation, std::int64_t now_ms) {
  entry& e = peers_[peer];
  e.dialling = false;
  if (e.link) return 0;
  return new_link(e, incarnation, now_ms);
}

link_table::answer link_table::incoming(const std::string& peer, std::uint64_t incarnation, std::int64_t now_ms) {
  entry& e = peers_[peer];
  if (e.link) {
    if (e.incarnation != incarnation) return {verdict::name_taken, 0, 0};
    return {verdict::already_linked, 0, now_ms - e.since_ms >= doubt_after_ms ? e.link : 0};
  }
  if (e.dialling && self_ < peer) return {verdict::mine_wins, 0, 0};
  return {verdict::accepted, new_link(e, incarnation, now_ms), 0};
}

bool link_table::ended(const std::string& peer, std::uint64_t link) {
  const auto at = peers_.find(peer);
  if (at == peers_.end() || at->second.link != link || link == 0) return false;
  at->second.link = 0;
  tidy(at);
  return true;
}

std::uint64_t link_table::current(const std::string& peer) const {
  const auto at = peers_.find(peer);
  return at == peers_.end() ? 0 : at->second.link;
}

std::vector<std::pair<std::string, std::uint64_t>> link_table::all_up() const {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  for (const auto& [peer, e] : peers_)
    if (e.link) out.emplace_back(peer, e.link);
  return out;
}

std::uint64_t link_table::new_link(entry& e, std::uint64_t incarnation, std::int64_t now_ms) {
  e.link = ++last_link_;
  e.incarnation = incarnation;
  e.since_ms = now_ms;
  return e.link;
}

void link_table::tidy(std::map<std::string, entry>::iterator at) {
  if (!at->second.dialling && !at->second.link) peers_.erase(at);
}

}  // namespace warren::distribution
