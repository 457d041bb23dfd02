#include "node/ctl/run/session.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "node/ctl/format/result_text.hpp"
#include "node/ctl/help/usage.hpp"
#include "node/ctl/link/diagnostics.hpp"
#include "node/ctl/model/exit_code.hpp"
#include "node/ctl/run/banner.hpp"

namespace warren::ctl {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

/// A node that gives the answer in the last moment is still heard.
constexpr auto grace = 2s;
constexpr auto reaching = 15s;  ///< for connecting, when no -t is given

std::string_view need_text(app_need need) {
  switch (need) {
    case app_need::running: return "running";
    case app_need::stopped: return "stopped";
    default: return "any";
  }
}

std::string text_member(const json::object& o, std::string_view name) {
  const json::value* v = o.if_contains(name);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string();
}

node_error read_error(const json::value& v) {
  node_error e;
  if (!v.is_object()) return e.text = "the node gave an answer that cannot be read", e;
  const json::object& o = v.get_object();
  if (const json::value* code = o.if_contains("exit"); code != nullptr && code->is_int64())
    e.exit_code = static_cast<int>(code->get_int64());
  e.text = text_member(o, "text");
  e.app = text_member(o, "app");
  const std::string how = text_member(o, "layout");
  if (how == "bare") e.how = node_error::layout::bare;
  if (how == "validation") e.how = node_error::layout::validation;
  return e;
}

}  // namespace

std::optional<int> session::connect() {
  if (link_ != nullptr) return std::nullopt;
  auto dialled = dialer_.dial(what_.node, what_.timeout() ? *what_.timeout() + grace : std::chrono::milliseconds(reaching));
  if (auto* failure = std::get_if<dial_failure>(&dialled)) return fail_unreachable(*failure);
  link_ = std::move(std::get<0>(dialled));
  return std::nullopt;
}

std::optional<int> session::connect_and_check() {
  if (const auto failed = connect()) return failed;
  if (what_.command->app == app_need::any) return std::nullopt;
  // `ping` has no meaning of its own for the node: it only looks whether the application is as the request says
  const auto answer = ask({"ping", {}, {}});
  if (const int* failed = std::get_if<int>(&answer)) return *failed;
  if (const auto* e = std::get_if<node_error>(&std::get<node_answer>(answer))) return report(*e);
  return std::nullopt;
}

void session::print_banner() {
  if (!shows_banner(what_)) return;
  if (const std::string banner = banner_of(what_); !banner.empty()) console_.out(banner + '\n');
}

session::question session::own_question() const {
  question q{std::string(what_.command->node_name.empty() ? what_.command->name : what_.command->node_name), what_.arguments, {}};
  for (const option_spec& o : what_.command->options) {
    const std::string_view value = what_.option(o.name);
    if (o.kind == option_kind::flag) {
      if (value == "true") q.options[o.name] = true;
    } else if (!value.empty() || what_.given(o.name)) {
      q.options[o.name] = value;
    }
  }
  if (!q.options.contains("vhost")) q.options["vhost"] = what_.vhost;
  return q;
}

std::optional<node_answer> session::ask_if_there(const question& q) {
  silent_loss_ = true;
  auto answer = ask(q);
  silent_loss_ = false;
  if (std::holds_alternative<int>(answer)) return std::nullopt;
  return std::move(std::get<node_answer>(answer));
}

bool session::connect_again() {
  link_ = nullptr;
  auto dialled = dialer_.dial(what_.node, std::chrono::milliseconds(reaching));
  if (std::holds_alternative<dial_failure>(dialled)) return false;
  link_ = std::move(std::get<0>(dialled));
  return true;
}

std::variant<node_answer, int> session::ask(const question& q, const std::function<void(const json::value&)>& on_item) {
  const auto limit = what_.timeout();
  json::array arguments;
  for (const auto& a : q.arguments) arguments.emplace_back(a);
  const json::object request{{"command", q.command},
                             {"arguments", std::move(arguments)},
                             {"options", q.options},
                             {"app", need_text(what_.command->app)},
                             {"timeout_ms", limit ? limit->count() : 0}};
  const auto lost = [&] {
    if (silent_loss_) return exit_unavailable;
    dial_failure f{.at = dial_failure::step::app, .detail = "but it closed the connection before it answered", .node = what_.node};
    return fail_unreachable(f);
  };
  if (!link_->send(json::serialize(request))) return lost();
  const auto deadline = limit ? std::optional(std::chrono::steady_clock::now() + *limit + grace) : std::nullopt;
  for (;;) {
    std::optional<std::chrono::milliseconds> left;
    if (deadline) left = std::max(0ms, std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now()));
    const auto received = link_->receive(left);
    if (const auto* trouble = std::get_if<control_connection::trouble>(&received))
      return *trouble == control_connection::trouble::timeout ? fail_timeout() : lost();
    boost::system::error_code wrong;
    json::value reply = json::parse(std::get<std::string>(received), wrong);
    if (wrong || !reply.is_object()) return fail(exit_unavailable, "the node gave an answer that cannot be read");
    json::object& o = reply.get_object();
    if (const json::value* item = o.if_contains("item")) {
      if (on_item) on_item(*item);
    } else if (const json::value* error = o.if_contains("error")) {
      return read_error(*error);
    } else if (json::value* result = o.if_contains("result")) {
      return node_answer(std::move(*result));
    }
  }
}

std::variant<json::value, int> session::demand(const question& q) {
  auto answer = ask(q);
  if (const int* failed = std::get_if<int>(&answer)) return *failed;
  auto& given = std::get<node_answer>(answer);
  if (const auto* e = std::get_if<node_error>(&given)) return report(*e);
  return std::move(std::get<json::value>(given));
}

int session::show(const json::value& result) {
  const command_spec& c = *what_.command;
  if (what_.format != formatter::standard || c.form != shape::nothing) {
    console_.out(result_text(what_, result, console_.out_screen()));
  } else if (!what_.silent && (c.success_when_quiet || !what_.quiet)) {
    // the node's own words first: a note for the operator, or the sentence of a check
    if (result.is_string() && !result.get_string().empty())
      console_.out(std::string(result.get_string()) + '\n');
    else if (!c.success.empty())
      console_.out(fill(c.success, what_) + '\n');
  }
  return exit_ok;
}

int session::run() {
  if (what_.timeout_s && *what_.timeout_s <= 0) return fail_timeout();
  if (what_.command->run != nullptr) return what_.command->run(*this);
  if (what_.command->app != app_need::any)
    if (const auto failed = connect_and_check()) return *failed;
  print_banner();
  if (const auto failed = connect()) return *failed;
  auto answer = demand(own_question());
  if (const int* failed = std::get_if<int>(&answer)) return *failed;
  return show(std::get<json::value>(answer));
}

int session::report(const node_error& e) {
  if (!e.app.empty()) {
    const bool stopped = e.app == "stopped";  // it is; so it should run
    const std::string ctl(ctl_beside(what_.program));
    console_.err("Error: this command requires the 'rabbit' app to be " + std::string(stopped ? "running" : "stopped") +
                 " on the target node. " +
                 (stopped ? "Start it with '" + ctl + " start_app'.\n" : "Stop it with '" + ctl + " stop_app'.\n") +
                 usage_reminder(what_, console_.err_is_terminal()));
    return e.exit_code;
  }
  if (e.exit_code == exit_timeout && e.text.empty()) return fail_timeout();
  if (e.how == node_error::layout::validation) return fail_validation({e.exit_code, e.text});
  if (e.how == node_error::layout::bare) return console_.err(e.text + '\n'), e.exit_code;
  return fail(e.exit_code, e.text);
}

int session::fail(int exit_code, std::string_view text) {
  console_.err("Error:\n" + std::string(text) + '\n');
  return exit_code;
}

int session::fail_validation(const usage_error& why) {
  console_.err("Error (argument validation): " + why.text + '\n' + usage_reminder(what_, console_.err_is_terminal()));
  return why.exit_code;
}

int session::fail_timeout() {
  const auto limit = what_.timeout().value_or(0ms);
  console_.err("Error: operation " + std::string(what_.command->name) + " on node " + what_.node +
               " timed out. Timeout value used: " + std::to_string(limit.count()) + '\n');
  return exit_timeout;
}

int session::fail_unreachable(const dial_failure& why) {
  if (why.at == dial_failure::step::cookie) return fail(exit_config, why.detail);
  dial_failure told = why;
  if (told.node.empty()) told.node = what_.node;
  console_.err(unreachable_text(told, around_.home));
  return exit_unavailable;
}

void session::note(std::string_view line) {
  if (!what_.quiet && !what_.silent) console_.out(std::string(line) + '\n');
}

bool session::wait_for_end(std::optional<std::chrono::milliseconds> limit) {
  if (link_ == nullptr) return true;
  for (;;) {
    const auto received = link_->receive(limit);
    if (const auto* trouble = std::get_if<control_connection::trouble>(&received)) return *trouble == control_connection::trouble::ended;
  }
}

}  // namespace warren::ctl
