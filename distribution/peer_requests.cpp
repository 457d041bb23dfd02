#include "distribution/peer_requests.hpp"

#include <algorithm>
#include <vector>

#include "distribution/wire/byte_reader.hpp"

namespace warren::distribution {

namespace {

enum kind : std::uint8_t { question_kind = 1, answer_kind = 2 };

std::string framed(kind k, std::uint64_t id, const std::string& bytes) {
  std::string out;
  out.reserve(9 + bytes.size());
  append_number(out, std::uint8_t{k});
  append_number(out, id);
  return out += bytes;
}

}  // namespace

void peer_requests::ask(const std::string& peer, std::string bytes, std::int64_t deadline_ms, answer_handler then) {
  const auto id = ++last_id_;
  if (!transport_.send(peer, service_, framed(question_kind, id, bytes))) return then(request_failure::peer_gone);
  open_.emplace(id, asked{peer, deadline_ms, std::move(then)});
}

void peer_requests::reply(const question& q, std::string bytes) {
  // without a link the peer has been told of its end, which is its answer
  (void)transport_.send(q.from, service_, framed(answer_kind, q.id, bytes));
}

std::optional<peer_requests::question> peer_requests::on_message(peer_message m) {
  byte_reader in(m.bytes);
  const auto k = in.number<std::uint8_t>();
  const auto id = in.number<std::uint64_t>();
  if (!in.ok()) return std::nullopt;
  if (k == question_kind) return question{std::move(m.from), id, std::string(in.rest())};
  const auto at = open_.find(id);
  if (k != answer_kind || at == open_.end() || at->second.peer != m.from) return std::nullopt;
  const auto node = open_.extract(at);  // `then` may ask again
  node.mapped().then(std::string(in.rest()));
  return std::nullopt;
}

void peer_requests::on_down(const peer_down& m) {
  fail_where([&](const asked& a) { return a.peer == m.peer; }, request_failure::peer_gone);
}

void peer_requests::on_time(std::int64_t now_ms) {
  fail_where([&](const asked& a) { return a.deadline_ms <= now_ms; }, request_failure::timed_out);
}

void peer_requests::fail_where(const std::function<bool(const asked&)>& which, request_failure why) {
  std::vector<answer_handler> failed;
  for (auto at = open_.begin(); at != open_.end();) {
    if (which(at->second)) {
      failed.push_back(std::move(at->second.then));
      at = open_.erase(at);
    } else {
      ++at;
    }
  }
  for (auto& then : failed) then(why);
}

std::optional<std::int64_t> peer_requests::next_deadline_ms() const {
  std::optional<std::int64_t> earliest;
  for (const auto& [id, a] : open_) earliest = earliest ? std::min(*earliest, a.deadline_ms) : a.deadline_ms;
  return earliest;
}

}  // namespace warren::distribution
