#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/ids.hpp"

namespace warren::supervision {

/// Who is restarted when one child dies (Erlang/OTP `supervisor`, "Supervision Principles").
enum class strategy : std::uint8_t {
  one_for_one,         ///< only the child that died
  one_for_all,         ///< every child: the others are stopped first
  rest_for_one,        ///< the child that died and those started after it
  simple_one_for_one,  ///< one template, any number of alike children; they start empty and stop in parallel
};

enum class restart_type : std::uint8_t {
  permanent,  ///< always restarted
  transient,  ///< restarted only after an abnormal exit
  temporary,  ///< never restarted; its entry is forgotten when it ends
};

/// When the end of *significant* children ends the supervisor (OTP 24 `auto_shutdown`).
enum class auto_shutdown : std::uint8_t { never, any_significant, all_significant };

enum class child_type : std::uint8_t { worker, supervisor };

/// What an exit reason means to a supervisor: OTP's `normal`, `shutdown` / `{shutdown, _}`, and everything else.
enum class exit_kind : std::uint8_t { normal, shutdown, abnormal };

/// How long a child that was told to stop may take before it is killed.
class shutdown_limit {
 public:
  static constexpr shutdown_limit brutal_kill() { return shutdown_limit(0); }
  static constexpr shutdown_limit infinity() { return shutdown_limit(-1); }
  static constexpr shutdown_limit milliseconds(std::int32_t ms) { return shutdown_limit(ms < 1 ? 1 : ms); }

  [[nodiscard]] constexpr bool kills() const { return ms_ == 0; }
  [[nodiscard]] constexpr bool endless() const { return ms_ < 0; }
  [[nodiscard]] constexpr std::int32_t ms() const { return ms_; }
  friend bool operator==(const shutdown_limit&, const shutdown_limit&) = default;

 private:
  explicit constexpr shutdown_limit(std::int32_t ms) : ms_(ms) {}
  std::int32_t ms_;
};

/// More than `intensity` restarts within `period_ms` end the supervisor (exit `shutdown`), unless `delay_ms` is set.
/// With `delay_ms` (Warren's addition) the supervisor never ends for that reason: what should have been restarted is
/// stopped and tried again `delay_ms` later. One_for_one and simple_one_for_one then count each child by itself, so
/// that one broken queue does not delay the restart of another.
struct supervisor_flags {
  supervision::strategy strategy = strategy::one_for_one;
  std::uint32_t intensity = 1;
  time_ms period_ms = 5000;
  supervision::auto_shutdown auto_shutdown = auto_shutdown::never;
  time_ms delay_ms = 0;  ///< 0 = none
};

struct child_settings {
  shutdown_limit shutdown = shutdown_limit::milliseconds(5000);
  restart_type restart = restart_type::permanent;
  child_type type = child_type::worker;
  bool significant = false;
};

/// A child of one supervisor: increasing in start order, never reused; 0 = none. A restarted child keeps its key.
using child_key = std::uint64_t;

/// Which start of that child: 1 for the first. Events of an earlier incarnation are ignored.
using incarnation = std::uint32_t;

enum class child_state : std::uint8_t {
  idle,      ///< not running, specification kept (OTP `undefined`)
  starting,  ///< start function called, `started` not yet reported
  running,
  stopping,  ///< told to stop or killed, end not yet seen
  gone,      ///< ended; the decision waits until the sequence in progress is over
  delayed,   ///< past its intensity: tried again when its timer fires
};

/// What ended a supervisor. All but a crash of the supervisor's own actor count as `shutdown` for its parent.
enum class end_cause : std::uint8_t {
  requested,          ///< its parent or somebody else told it to stop
  intensity_reached,  ///< more restarts than allowed
  significant_ended,  ///< auto_shutdown
  boot_failed,        ///< a child did not start while booting
};

std::string_view to_string(strategy);
std::string_view to_string(restart_type);
std::string_view to_string(auto_shutdown);
std::string_view to_string(child_type);
std::string_view to_string(exit_kind);
std::string_view to_string(child_state);
std::string_view to_string(end_cause);

}  // namespace warren::supervision
