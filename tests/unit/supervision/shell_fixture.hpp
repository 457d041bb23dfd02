#pragma once

#include <caf/all.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "supervision/guarded.hpp"
#include "supervision/supervisor.hpp"
#include "supervision/tree.hpp"

namespace supervision_test {

using namespace warren::supervision;
using namespace std::chrono_literals;

/// What happened, in order, told by actors; tests wait for a condition with a deadline.
class journal {
 public:
  void note(std::string line) {
    {
      const std::lock_guard lock(mutex_);
      lines_.push_back(std::move(line));
    }
    changed_.notify_all();
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  /// The lines once there are `n` of them, or what there is after ten seconds.
  [[nodiscard]] std::vector<std::string> wait_for(std::size_t n) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 10s, [&] { return lines_.size() >= n; });
    return lines_;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    lines_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

struct die {
  enum how { normally, of_shutdown, of_error, of_exception } what;
};
struct ping {};
struct pong {};
struct say_started {};
struct hold {  ///< blocks the actor's thread until released: "busy"
  std::shared_ptr<std::mutex> gate;
  std::shared_ptr<journal> log;
};

}  // namespace supervision_test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(supervision_test::die)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(supervision_test::ping)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(supervision_test::pong)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(supervision_test::say_started)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(supervision_test::hold)

namespace supervision_test {

/// A child that notes its start and its stop and dies as told.
class probe : public guarded<> {
 public:
  probe(caf::actor_config& config, place where, std::shared_ptr<journal> log)
      : guarded(config, std::move(where), "probe"), log_(std::move(log)) {
    log_->note("+" + this->where().name);  // here the supervisor is starting it; make_behavior runs on any thread later
  }

  caf::behavior make_behavior() override {
    set_exit_handler([this](caf::exit_msg& m) {
      log_->note("-" + where().name);
      quit(m.reason);
    });
    return {
        [this](die d) {
          switch (d.what) {
            case die::normally: return quit();
            case die::of_shutdown: return quit(caf::exit_reason::user_shutdown);
            case die::of_error: return quit(failure_reason("told to fail"));
            case die::of_exception: throw std::runtime_error("told to throw");
          }
        },
        [](ping) { return pong{}; },
        [this](say_started) { report_started(this, where()); },
        [](hold& h) {
          h.log->note("held");
          const std::lock_guard wait(*h.gate);
        },
    };
  }

 private:
  std::shared_ptr<journal> log_;
};

struct quiet_config : caf::actor_system_config {
  quiet_config() {
    set("scheduler.max-throughput", 300);
    set("scheduler.max-threads", 2);
    set("scheduler.policy", caf::atom("sharing"));
  }
};

struct shell_fixture {
  quiet_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  std::shared_ptr<journal> log = std::make_shared<journal>();
  caf::actor root;
  std::vector<crash_report> reports;
  std::mutex reports_mutex;

  shell_fixture() {
    set_crash_report_sink([this](const crash_report& r) {
      const std::lock_guard lock(reports_mutex);
      reports.push_back(r);
    });
  }
  ~shell_fixture() {
    if (root) {
      self->monitor(root);
      self->send_exit(root, caf::exit_reason::user_shutdown);
      (void)end_of_root();
      root = nullptr;
    }
    set_crash_report_sink({});
  }

  start_function starts_probe(std::shared_ptr<caf::actor> handle = nullptr) {
    return [log = log, handle](start_context& c) {
      caf::actor a = c.supervisor->spawn<probe>(std::move(c.where), log);
      if (handle) *handle = a;
      return a;
    };
  }
  child_spec probe_spec(std::string name, restart_type restart = restart_type::permanent) {
    auto spec = worker(std::move(name), "probe", starts_probe());
    spec.restart = restart;
    return spec;
  }

  void start(supervisor_spec spec) { root = spawn_supervisor(system, std::move(spec)); }
  void start_and_wait(supervisor_spec spec) {
    start(std::move(spec));
    ask<completed>(await_started{});
  }

  /// The answer of the root (or `whom`) or a failed test.
  template <class Answer, class Request>
  Answer ask(Request request, caf::actor whom = {}) {
    Answer answer;
    self->request(whom ? whom : root, 10s, std::move(request))
        .receive([&](Answer& a) { answer = std::move(a); },
                 [&](caf::error& e) { FAIL("refused: " << render(e)); });
    return answer;
  }
  /// The rendered refusal, "" if it was granted.
  template <class Answer, class Request>
  std::string refusal(Request request, caf::actor whom = {}) {
    std::string text;
    self->request(whom ? whom : root, 10s, std::move(request))
        .receive([&](Answer&) {}, [&](caf::error& e) { text = render(e); });
    return text;
  }
  caf::actor child(const std::string& name, caf::actor of = {}) {
    for (auto& c : ask<children_list>(which_children{}, std::move(of)).children)
      if (c.name == name) return c.handle;
    return {};
  }
  /// The root's rendered end; it must be monitored.
  std::string end_of_root() {
    std::string text = "no end within ten seconds";
    self->receive([&](caf::down_msg& d) { text = render(d.reason); }, caf::after(10s) >> [] {});
    return text;
  }
  /// Waits until child `name` runs as another actor than `before`.
  caf::actor replaced(const std::string& name, const caf::actor& before, caf::actor of = {}) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < deadline) {
      auto now = child(name, of);
      if (now && now != before) return now;
    }
    return {};
  }
};

using lines = std::vector<std::string>;

}  // namespace supervision_test
