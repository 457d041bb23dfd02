#include <catch2/catch.hpp>

#include "supervision/child_spec.hpp"
#include "supervision/exit_reason.hpp"
#include "supervision/place.hpp"
#include "supervision/supervisor.hpp"

using namespace warren::supervision;
using warren::supervision::auto_shutdown;
using warren::supervision::strategy;

TEST_CASE("no reason and normal are normal, user_shutdown is shutdown, all else is abnormal") {
  CHECK(classify({}) == exit_kind::normal);
  CHECK(classify(caf::exit_reason::normal) == exit_kind::normal);
  CHECK(classify(caf::exit_reason::user_shutdown) == exit_kind::shutdown);
  CHECK(classify(shutdown_reason("why")) == exit_kind::shutdown);
  CHECK(classify(caf::exit_reason::kill) == exit_kind::abnormal);
  CHECK(classify(caf::exit_reason::unhandled_exception) == exit_kind::abnormal);
  CHECK(classify(exception_reason("x")) == exit_kind::abnormal);
  CHECK(classify(failure_reason("x")) == exit_kind::abnormal);
  CHECK(classify(caf::sec::runtime_error) == exit_kind::abnormal);
}

TEST_CASE("reasons are rendered for people") {
  CHECK(render({}) == "normal");
  CHECK(render(shutdown_reason("why")) == "shutdown: why");
  CHECK(render(exception_reason("x")) == "exception: x");
  CHECK(render(failure_reason("cannot bind")) == "cannot bind");
  CHECK(render(caf::exit_reason::kill) == "killed");
  CHECK(render(caf::sec::request_timeout) == "request_timeout");
  CHECK(render(make_error(supervisor_error::not_found)) == "not found");
}

TEST_CASE("a path escapes what would make it ambiguous") {
  const auto parent = std::make_shared<const std::string>(make_place("node").path() + "/vhosts");
  CHECK(make_place("/", parent).path() == "node/vhosts/%2F");
  CHECK(make_place("%2F", parent).path() == "node/vhosts/%252F");
  CHECK(make_place("a\x01 b", parent).path() == "node/vhosts/a%01 b");
}

TEST_CASE("specifications that OTP refuses are refused") {
  const auto start = [](start_context&) { return caf::actor{}; };
  auto child = worker("c", "k", start);
  supervisor_flags flags;
  CHECK(check(flags, child).empty());
  child.significant = true;
  CHECK(check(flags, child) == "child 'c' is permanent and cannot be significant");
  child.restart = restart_type::transient;
  CHECK(check(flags, child) == "child 'c' is significant, but auto_shutdown is never");
  flags.auto_shutdown = auto_shutdown::any_significant;
  CHECK(check(flags, child).empty());
  CHECK(check(supervisor_spec{"s", {}, {worker("c", "k", nullptr)}}) == "child 'c' has no start function");
  CHECK(check(supervisor_spec{"s", {}, {worker("c", "k", start), worker("c", "k", start)}}) == "two children are named 'c'");
  CHECK(check(supervisor_spec{"s", {.strategy = strategy::simple_one_for_one}, {}}) ==
        "simple_one_for_one needs exactly one template");
  CHECK(check(supervisor_flags{.period_ms = 0}) == "period must be positive");
}

TEST_CASE("workers get five seconds to stop and supervisors all the time they need") {
  const auto start = [](start_context&) { return caf::actor{}; };
  CHECK(worker("c", "k", start).settings().shutdown == shutdown_limit::milliseconds(5000));
  CHECK(supervisor_child({"s", {}, {}}).settings().shutdown == shutdown_limit::infinity());
}
