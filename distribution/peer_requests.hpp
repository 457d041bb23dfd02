#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "distribution/peer_transport.hpp"

namespace warren::distribution {

enum class request_failure : std::uint8_t { peer_gone, timed_out };
using answer = std::variant<std::string, request_failure>;
using answer_handler = std::function<void(answer)>;

/// Questions and answers over a service, for the actor that subscribes to it. Every question is answered exactly once:
/// by the peer, by the end of the link, or by its deadline. No threads, no clock: the actor passes on its messages and
/// the time.
///
///     | u8 1 = question, 2 = answer | u64 id | bytes |       a peer_message of the service
///
/// Ids begin at a random number of the owner's, so that an answer to a question of an earlier life of the actor finds
/// nobody.
class peer_requests {
 public:
  struct question {
    std::string from;
    std::uint64_t id = 0;
    std::string bytes;
  };

  peer_requests(peer_transport& transport, service which, std::uint64_t first_id)
      : transport_(transport), service_(which), last_id_(first_id) {}

  /// Without a link `then` is called before this returns.
  void ask(const std::string& peer, std::string bytes, std::int64_t deadline_ms, answer_handler then);
  void reply(const question& q, std::string bytes);

  /// A question that the actor has to reply to, or nothing: an answer, which has been delivered, or what is neither.
  [[nodiscard]] std::optional<question> on_message(peer_message m);
  void on_down(const peer_down& m);
  void on_time(std::int64_t now_ms);

  [[nodiscard]] std::size_t open() const { return open_.size(); }
  /// When on_time() is needed next; nothing while no question is open.
  [[nodiscard]] std::optional<std::int64_t> next_deadline_ms() const;

 private:
  struct asked {
    std::string peer;
    std::int64_t deadline_ms;
    answer_handler then;
  };
  void fail_where(const std::function<bool(const asked&)>& which, request_failure why);

  peer_transport& transport_;
  service service_;
  std::uint64_t last_id_;
  std::map<std::uint64_t, asked> open_;
};

}  // namespace warren::distribution
