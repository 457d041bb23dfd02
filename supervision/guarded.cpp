#include "supervision/guarded.hpp"

#include <cxxabi.h>

#include <atomic>
#include <cstdlib>
#include <memory>

#include "supervision/type_name.hpp"

namespace warren::supervision {

namespace {

std::atomic<bool> crashes_enabled{false};

struct guard_data {
  place where;
  const char* kind;
};

}  // namespace

std::string type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                    std::free);
  return status == 0 ? std::string(name.get()) : std::string(type.name());
}

void enable_test_crashes(bool on) { crashes_enabled.store(on, std::memory_order_relaxed); }

bool test_crashes_enabled() { return crashes_enabled.load(std::memory_order_relaxed); }

namespace detail {

caf::error report_exception(const caf::scheduled_actor& self, const place& where, const char* kind,
                            std::vector<std::string> last_messages, const std::exception_ptr& failure) {
  crash_report report{where.path(), kind, self.id(), {}, {}, std::move(last_messages)};
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    report.exception = type_name(typeid(e));
    report.reason = e.what();
  } catch (...) {
    const auto* type = abi::__cxa_current_exception_type();
    report.exception = type != nullptr ? type_name(*type) : "unknown";
    report.reason = "not a std::exception";
  }
  deliver(report);
  return exception_reason(report.exception + ": " + report.reason);
}

void answer_tree_query(caf::local_actor* self, const tree_query& query, tree_report report) {
  report.ticket = query.ticket;
  self->make_response_promise().deliver(std::move(report));
}

void throw_if_enabled(const test_crash& crash) {
  if (test_crashes_enabled()) throw injected_crash(crash.reason);
}

}  // namespace detail

void guard(caf::scheduled_actor* self, place where, const char* kind) {
  auto data = std::make_shared<const guard_data>(guard_data{std::move(where), kind});
  self->set_exception_handler([data](caf::scheduled_actor* actor, std::exception_ptr& failure) {
    message_trace trace;
    if (auto* element = actor->current_mailbox_element()) trace.note(*element);
    return detail::report_exception(*actor, data->where, data->kind, trace.kinds(), failure);
  });
  self->set_default_handler([](caf::scheduled_actor* actor, caf::message_view& view) -> caf::result<caf::message> {
    if (view.content().match_elements<test_crash>()) {
      detail::throw_if_enabled(view.content().get_as<test_crash>(0));
      return caf::message{};
    }
    return caf::print_and_drop(actor, view);
  });
}

}  // namespace warren::supervision
