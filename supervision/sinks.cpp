#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>

#include "supervision/crash_report.hpp"
#include "supervision/supervisor_event.hpp"

namespace warren::supervision {

namespace {

/// A sink may be replaced while another thread is using it: the user holds a reference.
template <class Sink>
class sink_slot {
 public:
  void set(Sink sink) {
    auto next = sink ? std::make_shared<const Sink>(std::move(sink)) : nullptr;
    const std::lock_guard lock(mutex_);
    sink_ = std::move(next);
  }
  [[nodiscard]] std::shared_ptr<const Sink> get() {
    const std::lock_guard lock(mutex_);
    return sink_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const Sink> sink_;
};

sink_slot<crash_report_sink> crash_sink;
sink_slot<supervisor_event_sink> event_sink;

}  // namespace

std::string render(const crash_report& report) {
  std::string line = "crash of " + report.path + " (" + report.kind + ", actor " + std::to_string(report.actor_id) +
                     "): " + report.exception + ": " + report.reason + "; last messages:";
  if (report.last_messages.empty()) line += " none";
  for (std::size_t i = 0; i < report.last_messages.size(); ++i)
    line.append(i == 0 ? " " : ", ").append(report.last_messages[i]);
  return line;
}

void set_crash_report_sink(crash_report_sink sink) { crash_sink.set(std::move(sink)); }

void deliver(const crash_report& report) noexcept {
  try {
    if (const auto sink = crash_sink.get()) return (*sink)(report);
    std::fprintf(stderr, "%s\n", render(report).c_str());
  } catch (...) {  // a report that cannot be written must not end the process
  }
}

void set_supervisor_event_sink(supervisor_event_sink sink) { event_sink.set(std::move(sink)); }

bool has_supervisor_event_sink() { return event_sink.get() != nullptr; }

void deliver(const supervisor_event& event) noexcept {
  try {
    if (const auto sink = event_sink.get()) (*sink)(event);
  } catch (...) {
  }
}

}  // namespace warren::supervision
