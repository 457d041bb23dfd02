#include "core/queue/consumer_set.hpp"

#include <algorithm>
#include <string>

#include "core/base/assert.hpp"

namespace warren {

const consumer* consumer_set::exclusive() const {
  // an exclusive consumer is alone
  return members_.size() == 1 && members_.front()->spec.exclusive ? members_.front().get() : nullptr;
}

std::uint64_t consumer_set::unacked_of(channel_id channel) const {
  std::uint64_t n = 0;
  for (const auto* list : {&members_, &leaving_})
    for (const auto& c : *list)
      if (c->spec.channel == channel) n += c->unacked;
  return n;
}

status consumer_set::add(consumer_spec spec, std::string_view queue_label, queue_effects& out) {
  WARREN_ENSURE(find(spec.id) == nullptr);
  if (exclusive() != nullptr || (spec.exclusive && (single_active_ || !members_.empty())))
    return fail(reply_code::access_refused, std::string(queue_label) + " in exclusive use");
  members_.push_back(std::make_unique<consumer>());
  consumer& c = *members_.back();
  c.spec = std::move(spec);
  c.window = c.spec.window_bytes;
  by_id_.emplace(c.spec.id.value, &c);
  if (single_active_) {
    c.active = false;
    if (active_ == nullptr) activate(&c, out);
  } else {
    line_up(c);
  }
  return success{};
}

bool consumer_set::remove(consumer_id id, queue_effects& out) {
  consumer* c = find(id);
  if (c == nullptr) return false;
  return_grants(*c, out);
  if (c->in_turn) leave_line(*c);
  by_id_.erase(id.value);
  c->gone = true;
  const auto at = std::find_if(members_.begin(), members_.end(), [c](const auto& m) { return m.get() == c; });
  std::unique_ptr<consumer> owned = std::move(*at);
  members_.erase(at);
  if (c == active_) activate(members_.empty() ? nullptr : members_.front().get(), out);
  if (owned->unacked > 0) leaving_.push_back(std::move(owned));
  if (members_.empty()) lines_.clear();
  return true;
}

void consumer_set::activate(consumer* c, queue_effects& out) {
  active_ = c;
  if (c == nullptr) return;
  c->active = true;
  out.activated = c->spec.id;
  line_up(*c);
}

void consumer_set::replenish(consumer& c, std::int64_t bytes) {
  c.window += bytes;
  if (!c.in_turn) line_up(c);
}

void consumer_set::grant(consumer& c, std::uint32_t messages) {
  c.asked = false;
  c.grants += messages;
  if (!c.in_turn) line_up(c);
}

void consumer_set::limit(channel_id channel, bool limited) {
  for (const auto& c : members_) {
    if (c->spec.channel != channel) continue;
    c->spec.wants_grants = limited;
    if (limited) continue;
    c->asked = false;
    if (!c->in_turn) line_up(*c);
  }
}

void consumer_set::return_grants(consumer& c, queue_effects& out) {
  if (c.grants > 0) out.unused_grants.emplace_back(c.spec.id, c.grants);
  c.grants = 0;
}

consumer_set::line& consumer_set::line_of(const consumer& c) {
  const auto at =
      std::find_if(lines_.begin(), lines_.end(), [&c](const line& l) { return l.priority <= c.spec.priority; });
  if (at != lines_.end() && at->priority == c.spec.priority) return *at;
  return *lines_.insert(at, line{c.spec.priority, {}});
}

void consumer_set::line_up(consumer& c) {
  if (!c.has_credit() || c.asked) return;
  c.in_turn = true;
  line_of(c).waiting.push_back(&c);
}

void consumer_set::step_out(consumer& c) {
  c.in_turn = false;
  line_of(c).waiting.pop_front();
}

void consumer_set::rotate(consumer& c) {
  auto& waiting = line_of(c).waiting;
  waiting.pop_front();
  waiting.push_back(&c);
}

void consumer_set::leave_line(consumer& c) {
  auto& waiting = line_of(c).waiting;
  ring<consumer*> rest;
  waiting.for_each([&](consumer* other) {
    if (other != &c) rest.push_back(std::move(other));
  });
  waiting.swap(rest);
  c.in_turn = false;
}

void consumer_set::ask(line& l, consumer& c, queue_effects& out) {
  l.waiting.pop_front();
  c.in_turn = false;
  c.asked = true;
  out.wants_grant.push_back(c.spec.id);
}

void consumer_set::forget(consumer& c) {
  const auto at = std::find_if(leaving_.begin(), leaving_.end(), [&c](const auto& m) { return m.get() == &c; });
  if (at != leaving_.end()) leaving_.erase(at);
}

}  // namespace warren
