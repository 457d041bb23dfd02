#include "actors/control/command_actor.hpp"

#include <algorithm>

#include "actors/control/command_table.hpp"
#include "actors/control/relay_actor.hpp"
#include "actors/logging/log.hpp"

namespace warren::actors {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

struct command_deadline {};
struct command_poll {};
struct command_completed {
  control_outcome outcome;
};

}  // namespace
}  // namespace warren::actors
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::command_deadline)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::command_poll)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::command_completed)

namespace warren::actors {

command_actor::command_actor(caf::actor_config& config, supervision::place where, control_environment& environment,
                             control_request request, origin from)
    : guarded(config, std::move(where), "command"),
      environment_(environment),
      request_(std::move(request)),
      from_(std::move(from)) {}

caf::behavior command_actor::make_behavior() {
  const std::chrono::milliseconds limit = request_.timeout_ms > 0 ? std::chrono::milliseconds(request_.timeout_ms) : 24h;
  until_ = std::chrono::steady_clock::now() + limit;
  // a timer holds on to its actor: none without a limit
  if (request_.timeout_ms > 0) delayed_send(this, limit, command_deadline{});
  send(this, command_poll{});  // the start, as a message: a failure in it is reported as any other
  return {
      [this](const command_poll&) {
        if (answered_) return;
        if (!poll_) return run();
        if (poll_()) {
          poll_ = nullptr;
        } else {
          delayed_send(this, poll_every_, command_poll{});
        }
      },
      [this](const command_deadline&) { deadline(); },
      [this](command_completed& done) { conclude(std::move(done.outcome)); },
      [this](command_result& r) {  // of a command that this one has started on this node
        const auto i = std::find_if(asked_.begin(), asked_.end(), [&](const auto& a) { return a.first == r.number; });
        if (i == asked_.end()) return;
        const auto then = std::move(i->second);
        asked_.erase(i);
        then(parse_control_outcome(r.json));
      },
      [](const command_item&) {},
  };
}

void command_actor::run() {
  const command_entry* entry = find_command(request_.command);
  if (entry == nullptr)
    return fail(exit_code::usage, "node " + node_name() + " does not know the command '" + request_.command + "'");
  const std::string_view needed = entry->app.empty() ? std::string_view(request_.app) : entry->app;
  const auto app = node().app();
  if ((needed == "running" && app != node_control::app_state::running) ||
      (needed == "stopped" && app != node_control::app_state::stopped))
    return fail({exit_code::usage, "", control_error::layout::error,
                 app == node_control::app_state::running ? "running" : "stopped"});
  entry->run(*this);
}

void command_actor::deadline() {
  if (answered_) return;
  if (on_deadline_) return on_deadline_();
  fail(exit_code::timed_out,
       "Error: operation " + request_.command + " on node " + node_name() +
           " timed out. Timeout value used: " + std::to_string(request_.timeout_ms),
       control_error::layout::bare);
}

const std::string& command_actor::argument(std::size_t i) const {
  static const std::string none;
  return i < request_.arguments.size() ? request_.arguments[i] : none;
}

std::vector<std::string> command_actor::arguments_from(std::size_t i) const {
  const auto& all = request_.arguments;
  return i < all.size() ? std::vector<std::string>(all.begin() + static_cast<std::ptrdiff_t>(i), all.end())
                        : std::vector<std::string>{};
}

vhost_ptr command_actor::find_vhost() {
  vhost_ptr found = state()->find_vhost(vhost());
  if (!found) fail(exit_code::data_error, "Virtual host '" + vhost() + "' does not exist", control_error::layout::bare);
  return found;
}

// ---- answers

void command_actor::finish(json::value result) { conclude(std::move(result)); }
void command_actor::fail(control_error error) { conclude(std::move(error)); }

void command_actor::conclude(control_outcome outcome) {
  if (answered_) return;
  answer(write_control_outcome(outcome));
}

void command_actor::answer(std::string text) {
  if (text.size() > control_frame_max_bytes)
    text = write_control_outcome(
        control_error{exit_code::unavailable, "the answer is larger than 64 MiB: ask for fewer columns"});
  answered_ = true;
  send(from_.asker, command_result{from_.number, std::move(text)});
  quit();
}

void command_actor::item(const json::value& one) {
  if (!answered_) send(from_.asker, command_item{from_.number, write_control_item(one)});
}

control_done command_actor::completion() {
  return [self = caf::actor_cast<caf::actor>(this)](control_outcome outcome) {
    caf::anon_send(self, command_completed{std::move(outcome)});
  };
}

// ---- asking others

std::chrono::milliseconds command_actor::patience(std::chrono::milliseconds most) const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
  return std::clamp(left, std::chrono::milliseconds(1), most);
}

void command_actor::apply(command c, std::function<void(const metadata_answer&)> then,
                          std::function<void(const error&)> refused) {
  guarded::request(services().metadata(), patience(), metadata_apply{std::make_shared<const command>(std::move(c)), {}})
      .then(
          [this, then, refused](const metadata_answer& answer) {
            if (!answer.failure) return then(answer);
            if (refused) return refused(*answer.failure);
            fail(exit_code::unavailable, answer.failure->text);
          },
          [this](const caf::error& failed) {
            fail(exit_code::unavailable,
                 "the metadata of node " + node_name() + " did not answer: " + system().render(failed));
          });
}

void command_actor::ask_node(const std::string& name, control_request what, std::function<void(control_outcome)> then) {
  what.timeout_ms = patience().count();
  if (name == node_name()) {
    asked_.emplace_back(++last_asked_, std::move(then));
    const caf::actor part = run_command(*this, place_below(what.command), environment_, std::move(what),
                                        {caf::actor_cast<caf::actor>(this), last_asked_, from_.from_node});
    link_to(part);
    return;
  }
  const caf::actor relay = environment_.relay.get();
  if (!relay) return then(control_error{exit_code::unavailable, "node " + name + " is not connected"});
  guarded::request(relay, patience(), relay_ask{name, std::move(what)})
      .then([then](relay_answer& a) { then(std::move(a.outcome)); },
            [then, name](const caf::error&) {
              then(control_error{exit_code::unavailable, "node " + name + " did not answer in time"});
            });
}

void command_actor::ask_others(control_request what, std::function<void(std::vector<node_outcome>)> then) {
  std::vector<std::string> others;
  for (const member_facts& m : node().members())
    if (m.running && m.node != node_name()) others.push_back(m.node);
  std::sort(others.begin(), others.end());
  auto answers = std::make_shared<std::vector<node_outcome>>();
  for (std::string& name : others) answers->push_back({std::move(name), nullptr});
  if (answers->empty()) return then({});
  auto left = std::make_shared<std::size_t>(answers->size());
  for (std::size_t i = 0; i < answers->size(); ++i)
    ask_node((*answers)[i].node, what, [answers, left, then, i](control_outcome outcome) {
      (*answers)[i].outcome = std::move(outcome);
      if (--*left == 0) then(std::move(*answers));
    });
}

void command_actor::finish_with_rows_of_all(json::array own) {
  if (from_node()) return finish(std::move(own));
  auto rows = std::make_shared<json::array>(std::move(own));
  ask_others(request_, [this, rows](std::vector<node_outcome> answers) {
    for (node_outcome& a : answers)
      if (auto* result = std::get_if<json::value>(&a.outcome); result != nullptr && result->is_array())
        for (json::value& row : result->get_array()) rows->push_back(std::move(row));
    finish(std::move(*rows));
  });
}

void command_actor::poll(std::chrono::milliseconds every, std::function<bool()> again) {
  poll_every_ = every;
  poll_ = std::move(again);
  send(this, command_poll{});
}

caf::actor run_command(caf::event_based_actor& parent, supervision::place where, control_environment& environment,
                       control_request request, command_actor::origin from) {
  const command_entry* entry = find_command(request.command);
  if (entry != nullptr && entry->blocking)
    return parent.spawn<command_actor, caf::detached>(std::move(where), environment, std::move(request),
                                                      std::move(from));
  return parent.spawn<command_actor>(std::move(where), environment, std::move(request), std::move(from));
}

}  // namespace warren::actors
