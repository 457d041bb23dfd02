#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <caf/all.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "actors/alarms/alarm_actor.hpp"
#include "actors/control/control_tree.hpp"
#include "actors/control/relay_actor.hpp"
#include "tests/unit/actors/support/metadata_children.hpp"
#include "actors/storage/storage_shells.hpp"
#include "actors/vhost/vhost_tree.hpp"
#include "storage/data_directory.hpp"
#include "storage/recovery.hpp"
#include "storage/simulated_file_system.hpp"
#include "supervision/supervisor.hpp"

namespace control_test {

using namespace warren;
using namespace warren::actors;
using namespace std::chrono_literals;
namespace json = boost::json;

/// A node whose boot and membership are only noted down.
class noted_node : public node_control {
 public:
  explicit noted_node(std::string name) : name_(std::move(name)) { all_members = {{name_, false, true, false}}; }

  [[nodiscard]] app_state app() const override { return state; }
  void start_app(control_done done) override { note("start_app", done); }
  void stop_app(control_done done) override { note("stop_app", done); }
  void stop_node(control_done done) override { note("stop_node", done); }
  void suspend_listeners(control_done done) override { note("suspend_listeners", done); }
  void resume_listeners(control_done done) override { note("resume_listeners", done); }
  void drain(control_done done) override { note("drain", done); }
  void revive(control_done done) override { note("revive", done); }
  void reset(bool force, int, control_done done) override { note(force ? "force_reset" : "reset", done); }
  void join_cluster(const std::string& seed, bool ram, int, control_done done) override {
    note("join " + seed + (ram ? " ram" : " disc"), done);
  }
  void forget_cluster_node(const std::string& node, control_done done) override { note("forget " + node, done); }
  void change_cluster_node_type(bool ram, control_done done) override { note(ram ? "to ram" : "to disc", done); }
  void update_cluster_nodes(const std::string& seed, control_done done) override { note("update from " + seed, done); }
  void rename_cluster_nodes(const std::vector<std::pair<std::string, std::string>>& pairs, control_done done) override {
    note("rename " + pairs.front().first + " to " + pairs.front().second, done);
  }
  void force_boot(control_done done) override { note("force_boot", done); }
  [[nodiscard]] node_facts facts() const override {
    node_facts f;
    f.node = name_;
    f.version = "3.10.8";
    f.runtime = "Warren";
    f.started_ms = 1'795'329'411'000;
    f.data_dir = "/data";
    f.partition_handling = partition_handling;
    f.cookie_hash = "Vq52FodRHw3Xt4hrCBKx3Q==";
    return f;
  }
  [[nodiscard]] std::vector<listener_facts> listeners() const override { return all_listeners; }
  [[nodiscard]] std::vector<member_facts> members() const override { return all_members; }
  [[nodiscard]] std::vector<std::string> partitioned_from() const override { return {}; }
  [[nodiscard]] std::vector<std::string> certificate_files() const override { return {}; }
  [[nodiscard]] json::object environment() const override { return {{"rabbit", json::object{{"heartbeat", 60}}}}; }
  [[nodiscard]] caf::actor tree_root() const override { return root; }
  [[nodiscard]] distribution::peer_transport* transport() const override { return links; }
  void set_partition_handling(const std::string& mode, control_done done) override {
    partition_handling = mode;
    done(nullptr);
  }

  [[nodiscard]] std::vector<std::string> notes() const {
    std::lock_guard lock(mutex_);
    return notes_;
  }

  app_state state = app_state::running;
  std::vector<member_facts> all_members;
  std::vector<listener_facts> all_listeners{
      {"[::]", 5672, "amqp", "AMQP 0-9-1 and AMQP 1.0"},
      {"127.0.0.1", 25672, "clustering", "inter-node and CLI tool communication"}};
  std::string partition_handling = "ignore";
  caf::actor root;
  distribution::peer_transport* links = nullptr;

 private:
  void note(const std::string& what, const control_done& done) {
    {
      std::lock_guard lock(mutex_);
      notes_.push_back(what);
    }
    done(nullptr);
  }
  std::string name_;
  mutable std::mutex mutex_;
  std::vector<std::string> notes_;
};

/// The tool's end of a session.
class tool {
 public:
  explicit tool(int fd) : fd_(fd) {}
  ~tool() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  void send(const json::object& request) {
    const std::string frame = control_frame(json::serialize(request));
    REQUIRE(::write(fd_, frame.data(), frame.size()) == static_cast<ssize_t>(frame.size()));
  }
  void send_raw(std::string_view bytes) {
    REQUIRE(::write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  /// The next reply, or null when the node closes the connection or says nothing in time.
  json::value receive(std::chrono::milliseconds limit = 10s) {
    const auto until = std::chrono::steady_clock::now() + limit;
    for (;;) {
      if (auto frame = frames_.next()) return json::parse(*frame);
      pollfd wait{fd_, POLLIN, 0};
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
      if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) != 1) return nullptr;
      char buffer[65536];
      const ssize_t n = ::read(fd_, buffer, sizeof buffer);
      if (n <= 0) return nullptr;
      frames_.add({buffer, static_cast<std::size_t>(n)});
    }
  }

 private:
  int fd_;
  control_frames frames_;
};

/// One node's real metadata, vhosts, queues, alarms and control service, on a simulated disk.
class node_fixture {
 public:
  explicit node_fixture(std::string name = "rabbit@box", bool with_contents = true) : face(name) {
    system = std::make_unique<caf::actor_system>(config_);
    io = std::make_unique<io_pool>(*system, 1);
    broker_options options;
    options.node_name = std::move(name);
    services = std::make_unique<node_services>(*system, *io, options);
    environment = std::make_unique<control_environment>(*services, face);
    me = std::make_unique<caf::scoped_actor>(*system);
    start_storage_shells();
    io->start();
    start_tree();
    if (with_contents) {
      apply(put_vhost{"/", "Default virtual host", {}, "", false});
      apply(put_user{"guest",
                     hash_password(password_hashing::sha256, "guest"),
                     std::string(hashing_module(password_hashing::sha256)),
                     {"administrator"},
                     false});
      apply(set_permission{"guest", "/", ".*", ".*", ".*"});
    }
  }
  ~node_fixture() {
    if (face.root) {
      (*me)->send_exit(face.root, caf::exit_reason::user_shutdown);
      (*me)->wait_for(face.root);
    }
    face.root = nullptr;
    for (const caf::actor& a : {shells.log, shells.store}) {
      (*me)->send_exit(a, caf::exit_reason::kill);
      (*me)->wait_for(a);
    }
    shells = {};
    me.reset();
    io->stop();
    environment.reset();
    services.reset();
    io.reset();
    system.reset();
  }

  void apply(command c) {
    (*me)
        ->request(services->metadata(), 10s, metadata_apply{std::make_shared<const command>(std::move(c)), {}})
        .receive(
            [](const metadata_answer& a) {
              if (a.failure) FAIL(a.failure->text);
            },
            [](const caf::error&) { FAIL("the metadata actor did not answer"); });
  }
  void declare_queue_named(const std::string& name, const std::string& vhost = "/", bool durable = true,
                           field_table arguments = {}) {
    declare_queue c;
    c.vhost = vhost;
    c.name = name;
    c.durable = durable;
    c.arguments = std::move(arguments);
    c.node = services->options.node_name;
    apply(std::move(c));
  }
  void publish(const std::string& queue, int messages, const std::string& vhost = "/") {
    const auto state = services->metadata_now.get();
    queue_publish batch;
    for (int i = 0; i < messages; ++i)
      batch.items.push_back({builder_.append({"", queue, {}, "hello", message::no_expiration, 0, 0}), 0});
    (*me)->send(services->queues.find(state->find_vhost(vhost)->find_queue(queue)->record->id), std::move(batch));
  }

  [[nodiscard]] std::unique_ptr<tool> connect() {
    int pair[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    REQUIRE(serve_control(*environment, pair[0]));
    return std::make_unique<tool>(pair[1]);
  }
  /// The whole reply to one request.
  json::value ask(const std::string& command, const std::vector<std::string>& arguments = {},
                  json::object options = {}) {
    json::array words;
    for (const std::string& a : arguments) words.push_back(json::string(a));
    auto t = connect();
    t->send({{"command", command},
             {"arguments", std::move(words)},
             {"options", std::move(options)},
             {"app", "any"},
             {"timeout_ms", 10000}});
    return t->receive();
  }
  json::value result(const std::string& command, const std::vector<std::string>& arguments = {},
                     json::object options = {}) {
    json::value reply = ask(command, arguments, std::move(options));
    INFO(json::serialize(reply));
    REQUIRE(reply.is_object());
    REQUIRE(reply.get_object().contains("result"));
    return reply.at("result");
  }
  /// `EXIT TEXT`
  std::string failure(const std::string& command, const std::vector<std::string>& arguments = {},
                      json::object options = {}) {
    const json::value reply = ask(command, arguments, std::move(options));
    INFO(json::serialize(reply));
    REQUIRE(reply.is_object());
    REQUIRE(reply.get_object().contains("error"));
    const json::object& e = reply.at("error").get_object();
    return std::to_string(e.at("exit").get_int64()) + " " +
           std::string(e.contains("text") ? e.at("text").get_string() : json::string());
  }

  noted_node face;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<io_pool> io;
  std::unique_ptr<node_services> services;
  std::unique_ptr<control_environment> environment;
  std::unique_ptr<caf::scoped_actor> me;
  storage_shells shells;

 private:
  void start_storage_shells() {
    auto opened = storage::data_directory::open(disk_, "/data");
    REQUIRE(opened.ok());
    directory_ = std::move(opened).value();
    auto reading = storage::recovery::read(*directory_, {});
    REQUIRE(reading.ok());
    auto finished = (*reading)->finish([](queue_id) { return true; });
    REQUIRE(finished.ok());
    found_ = std::move(finished).value();
    shells = start_storage(
        *system, directory_, found_, [](const std::string&) {}, [](const std::string& what) { FAIL(what); });
    services->log_actor.set(shells.log);
    services->store_actor.set(shells.store);
  }
  void start_tree() {
    using supervision::start_context;
    resource_probe probe{[] { return std::uint64_t{100} << 20; }, [] { return std::uint64_t{80'000'000'000}; },
                         std::uint64_t{25'000'000'000}};
    supervision::supervisor_spec vhosts{
        "vhosts", {.strategy = supervision::strategy::simple_one_for_one}, {vhost_template(*services)}};
    auto vhosts_child = supervision::supervisor_child(std::move(vhosts));
    vhosts_child.start = [this, start = std::move(vhosts_child.start)](start_context& c) {
      caf::actor a = start(c);
      services->vhost_supervisor.set(a);
      return a;
    };
    supervision::supervisor_spec root{
        "node",
        {.strategy = supervision::strategy::one_for_all},
        {supervision::worker("alarms", "alarms",
                             [this, probe](start_context& c) {
                               caf::actor a = c.supervisor->spawn(alarm_actor, services.get(), probe, std::move(c.where));
                               services->alarm_actor.set(a);
                               return a;
                             }),
         std::move(vhosts_child), control_child(*environment)}};
    services->app_running = true;
    auto metadata = testing::metadata_children(*services, 1, testing::voters({{1, services->options.node_name}}));
    root.children.insert(root.children.begin() + 1, std::make_move_iterator(metadata.begin()), std::make_move_iterator(metadata.end()));
    face.root = supervision::spawn_supervisor(*system, std::move(root));
    (*me)
        ->request(face.root, 10s, supervision::await_started{})
        .receive([](const supervision::completed&) {}, [this](const caf::error& e) { FAIL(system->render(e)); });
  }

  caf::actor_system_config config_;
  storage::simulated_file_system disk_;
  std::shared_ptr<storage::data_directory> directory_;
  storage::recovered_node found_;
  block_builder builder_;
};

}  // namespace control_test
