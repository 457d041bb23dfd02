#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/ids.hpp"
#include "core/metadata/records.hpp"

namespace warren::actors {

/// The proxies of this node for queues at home elsewhere, and which nodes can be reached: for all threads. The queue gateway
/// opens it, tells it of peers and gives it the means to start a proxy; who wants to talk to a queue asks here.
class remote_queues {
 public:
  using starter = std::function<caf::actor(const queue_record&, std::uint64_t stream)>;

  /// Of the queue gateway: at its start, and at its end (every proxy then has to end).
  void open(starter start);
  [[nodiscard]] std::vector<caf::actor> close();
  void peer_up(const std::string& node, std::uint64_t id_space);
  /// From now on no proxy of that node is handed out; those that there are.
  [[nodiscard]] std::vector<caf::actor> peer_down(const std::string& node);

  [[nodiscard]] bool is_up(const std::string& node) const;
  /// Whose channels have ids with these upper bits (node_services::id_space); empty: nobody's that can be reached.
  [[nodiscard]] std::string node_numbered(std::uint64_t id_space) const;
  [[nodiscard]] std::vector<std::string> up() const;  ///< nodes whose queues can be reached, in no order
  /// The queue's proxy, started if need be; invalid when its node cannot be reached.
  [[nodiscard]] caf::actor find_or_start(const queue_record& queue);
  [[nodiscard]] caf::actor find_stream(std::uint64_t stream) const;
  [[nodiscard]] std::vector<std::pair<std::string, caf::actor>> all() const;  ///< by the queue's name

  /// Of a proxy: it is not to be handed out any more (the next who asks gets a new one); it is over.
  void retire(queue_id queue, std::uint64_t stream);
  void ended(queue_id queue, std::uint64_t stream);

 private:
  struct proxy {
    caf::actor actor;
    queue_id queue;
    std::string node, name;
  };
  mutable std::mutex mutex_;
  starter start_;
  std::unordered_map<std::string, std::uint64_t> up_;   ///< their id spaces
  std::unordered_map<std::uint64_t, proxy> proxies_;    ///< by stream
  std::unordered_map<queue_id, std::uint64_t> in_use_;  ///< stream of the proxy to hand out
  std::uint64_t last_stream_ = 0;
};

}  // namespace warren::actors
