#include "node/config/load_config.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace warren::node;
using warren::actors::log_category;
using warren::actors::log_level;
namespace fs = std::filesystem;

namespace {

/// An empty machine: its own directories, no defaults of the real one.
struct sandbox {
  fs::path root;
  machine_defaults machine;
  command_line options;
  std::map<std::string, std::string> variables;

  sandbox() {
    char name[] = "/tmp/warren-config-XXXXXX";
    root = mkdtemp(name);
    machine.short_host = "box";
    machine.long_host = "box.example.com";
    machine.config_bases = {root / "etc/warren", root / "etc/rabbitmq"};
    machine.data_base = root / "lib";
    machine.log_base = root / "log";
  }
  ~sandbox() { fs::remove_all(root); }

  std::string write(const std::string& name, const std::string& text) {
    const auto path = root / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path;
  }
  loaded_config load() { return load_config(options, environment::of(variables), machine); }
  loaded_config load_text(const std::string& text) {
    options.config_files = {write("given.conf", text)};
    return load();
  }
  node_config good(const std::string& text) {
    auto out = load_text(text);
    for (const auto& e : out.errors) UNSCOPED_INFO(e.describe());
    REQUIRE(out.errors.empty());
    return out.config;
  }
  std::string only_error(const std::string& text) {
    const auto out = load_text(text);
    REQUIRE(out.errors.size() == 1);
    return out.errors[0].describe();
  }
};

}  // namespace

TEST_CASE_METHOD(sandbox, "Without any file the defaults are RabbitMQ's") {
  const auto out = load();
  CHECK(out.errors.empty());
  CHECK(out.files.empty());
  const auto& c = out.config;
  CHECK(c.node_name == "rabbit@box");
  CHECK(c.cluster_name == "rabbit@box");
  CHECK(c.data_dir == (root / "lib/rabbit@box").string());
  CHECK(c.log.file_path == (root / "log/rabbit@box.log").string());
  CHECK(c.log.file.on);
  CHECK_FALSE(c.log.console.on);
  CHECK(c.tcp_listeners.at("default") == listener_address{"", 5672});
  CHECK(c.tls_listeners.empty());
  CHECK(c.heartbeat_s == 60);
  CHECK(c.frame_max == 131072);
  CHECK(c.channel_max == 2047);
  CHECK(c.loopback_users == std::vector<std::string>{"guest"});
  CHECK_FALSE(c.loads_definitions());
}

TEST_CASE_METHOD(sandbox, "Keys of every kind arrive") {
  const auto c = good(R"(
listeners.tcp.one = 127.0.0.1:5673
listeners.tcp.two = 5674
heartbeat = 30
frame_max = 128KB
connection_max = 100
max_message_size = 1048576
consumer_timeout = 60000
default_user = admin
default_pass = 's#cret'
default_user_tags.administrator = false
default_user_tags.monitoring = true
loopback_users = none
auth_mechanisms.10 = EXTERNAL
auth_mechanisms.2 = PLAIN
password_hashing_module = rabbit_password_hashing_sha512
credential_validator.validation_backend = rabbit_credential_validator_min_password_length
credential_validator.min_length = 12
vm_memory_high_watermark.relative = 0.6
vm_memory_high_watermark.absolute = 2GB
disk_free_limit.absolute = 1GiB
tcp_listen_options.backlog = 4096
tcp_listen_options.sndbuf = 65536
cluster_name = prod
log.console = true
log.console.level = debug
log.connection.level = error
log.file.rotation.size = 10485760
queue_master_locator = min-masters
)");
  CHECK(c.tcp_listeners == std::map<std::string, listener_address>{{"one", {"127.0.0.1", 5673}}, {"two", {"", 5674}}});
  CHECK(c.heartbeat_s == 30);
  CHECK(c.frame_max == 131072);
  CHECK(c.connection_max == 100);
  CHECK(c.max_message_bytes == 1048576);
  CHECK(c.consumer_timeout_ms == 60000);
  CHECK(c.default_user == "admin");
  CHECK(c.default_pass == "s#cret");
  CHECK(c.default_user_tags == std::vector<std::string>{"monitoring"});
  CHECK(c.loopback_users.empty());
  CHECK(c.auth_mechanisms == std::vector<std::string>{"PLAIN", "EXTERNAL"});
  CHECK(c.hashing == warren::actors::password_hashing::sha512);
  CHECK(c.credentials.min_length == 12);
  CHECK(c.memory_watermark == 0.6);
  CHECK(c.memory_watermark_bytes == 2'000'000'000);
  CHECK(c.disk_free_limit_bytes == 1 << 30);
  CHECK(c.sockets.backlog == 4096);
  CHECK(c.sockets.send_buffer_bytes == 65536);
  CHECK(c.cluster_name == "prod");
  CHECK(c.log.console.on);
  CHECK(c.log.console.level == log_level::debug);
  CHECK(c.log.categories[static_cast<std::size_t>(log_category::connection)].level == log_level::error);
  CHECK(c.log.rotation.max_bytes == 10485760);
  CHECK(c.queue_leader_locator == "min-masters");
}

TEST_CASE_METHOD(sandbox, "An unknown key names file, line and the nearest known key") {
  CHECK(only_error("\n\nhartbeat = 5") ==
        (root / "given.conf").string() + ":3: unknown key `hartbeat`; did you mean `heartbeat`?");
  CHECK(only_error("listener.tcp.default = 5").ends_with("did you mean `listeners.tcp.default`?"));
  CHECK(only_error("vm_memory_high_watermark.relativ = 0.5")
            .ends_with("did you mean `vm_memory_high_watermark.relative`?"));
  CHECK(only_error("log.conection.level = info").ends_with("did you mean `log.connection.level`?"));
  CHECK(only_error("zzzzzzzzzzzz = 1").ends_with("unknown key `zzzzzzzzzzzz`"));
}

TEST_CASE_METHOD(sandbox, "A malformed value says what is expected") {
  CHECK(only_error("heartbeat = soon").ends_with("`soon` is not valid for `heartbeat`: expected a number of seconds"));
  CHECK(only_error("frame_max = 100").ends_with("expected 0, or at least 4096 bytes (AMQP 0-9-1's minimum)"));
  CHECK(only_error("log.file.level = loud").find("expected one of: debug, info") != std::string::npos);
  CHECK(only_error("channel_max = 70000").ends_with("expected a number from 0 to 65535"));
  CHECK(only_error("max_message_size = 536870913").ends_with("expected a number from 0 to 536870912"));
  CHECK(only_error("auth_backends.1 = ldap").find("expected one of: internal") != std::string::npos);
}

TEST_CASE_METHOD(sandbox, "Every error of a file is reported, not only the first") {
  CHECK(load_text("hartbeat = 5\nframe_max = x\nnonsense\n").errors.size() == 3);
}

TEST_CASE_METHOD(sandbox, "Keys that mean nothing in Warren are accepted with a warning; dangerous ones are refused") {
  const auto out = load_text("background_gc_enabled = true\nmanagement.tcp.port = 15672\nlog.syslog.host = x\n");
  CHECK(out.errors.empty());
  REQUIRE(out.warnings.size() == 3);
  CHECK(out.warnings[0].text.starts_with("known, no effect in Warren: background_gc_enabled"));
  CHECK(out.warnings[1].text.starts_with("known, no effect in Warren: management.tcp.port"));
  CHECK(only_error("definitions.https.url = https://x").find("not supported") != std::string::npos);
}

TEST_CASE_METHOD(sandbox, "Settings that do not fit together are refused") {
  CHECK(only_error("listeners.ssl.default = 5671") == "listeners.ssl needs ssl_options.certfile");
  CHECK(only_error("cluster_partition_handling = pause_if_all_down").find("nodes.1") != std::string::npos);
}

TEST_CASE_METHOD(sandbox, "Later duplicates win, conf.d is merged in name order after the main file") {
  write("etc/rabbitmq/rabbitmq.conf", "heartbeat = 1\nheartbeat = 2\nchannel_max = 1\n");
  write("etc/rabbitmq/conf.d/20-b.conf", "heartbeat = 20\n");
  write("etc/rabbitmq/conf.d/10-a.conf", "heartbeat = 10\nframe_max = 8192\n");
  write("etc/rabbitmq/conf.d/30-ignored.txt", "heartbeat = 30\n");
  const auto out = load();
  CHECK(out.errors.empty());
  CHECK(out.files.size() == 3);
  CHECK(out.config.heartbeat_s == 20);
  CHECK(out.config.channel_max == 1);
  CHECK(out.config.frame_max == 8192);
}

TEST_CASE_METHOD(sandbox, "Warren's own configuration directory stands before RabbitMQ's") {
  write("etc/rabbitmq/rabbitmq.conf", "heartbeat = 1\n");
  write("etc/warren/warren.conf", "heartbeat = 2\n");
  CHECK(load().config.heartbeat_s == 2);
}

TEST_CASE_METHOD(sandbox, "--config stands alone, and several files are merged in the order given") {
  write("etc/rabbitmq/rabbitmq.conf", "channel_max = 7\n");
  options.config_files = {write("a.conf", "heartbeat = 1\nframe_max = 8192\n"), write("b.conf", "heartbeat = 2\n")};
  const auto out = load();
  CHECK(out.config.heartbeat_s == 2);
  CHECK(out.config.frame_max == 8192);
  CHECK(out.config.channel_max == 2047);
}

TEST_CASE_METHOD(sandbox, "A named file that is missing is an error") {
  options.config_files = {(root / "no.conf").string()};
  REQUIRE(load().errors.size() == 1);
  CHECK(load().errors[0].text == "cannot be read: No such file or directory");
  options = {};
  variables["RABBITMQ_CONFIG_FILE"] = (root / "no").string();
  REQUIRE(load().errors.size() == 1);
  CHECK(load().errors[0].text.ends_with("there is no such file"));
}

TEST_CASE_METHOD(sandbox, "RABBITMQ_CONFIG_FILE may leave out the extension") {
  write("x/my.conf", "heartbeat = 9\n");
  variables["RABBITMQ_CONFIG_FILE"] = (root / "x/my").string();
  CHECK(load().config.heartbeat_s == 9);
}

TEST_CASE_METHOD(sandbox, "The environment beats files, the command line beats the environment") {
  variables = {
      {"RABBITMQ_NODENAME", "one"},      {"RABBITMQ_NODE_PORT", "6000"}, {"RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"},
      {"RABBITMQ_MNESIA_BASE", "/data"}, {"RABBITMQ_LOGS", "-"},         {"RABBITMQ_DEFAULT_USER", "u"}};
  auto c = good("listeners.tcp.a = 1\nlisteners.tcp.b = 2\ndefault_user = v\n");
  CHECK(c.node_name == "one@box");
  CHECK(c.tcp_listeners == std::map<std::string, listener_address>{{"default", {"127.0.0.1", 6000}}});
  CHECK(c.data_dir == "/data/one@box");
  CHECK(c.log.console.on);
  CHECK_FALSE(c.log.file.on);
  CHECK(c.default_user == "u");
  options.name = "two@other";
  options.data_dir = "/elsewhere";
  c = good("");
  CHECK(c.node_name == "two@other");
  CHECK(c.data_dir == "/elsewhere");
  CHECK(c.log.file_path == "/elsewhere/log/two@other.log");
}

TEST_CASE_METHOD(sandbox, "WARREN_ beats RABBITMQ_, and both beat rabbitmq-env.conf") {
  write("etc/rabbitmq/rabbitmq-env.conf",
        "# shell\nNODENAME=filed\nNODE_PORT='7000'\nexport RABBITMQ_LOGS=\"-\"\nX=$(date)\n");
  auto out = load();
  CHECK(out.config.node_name == "filed@box");
  CHECK(out.config.tcp_listeners.at("default").port == 7000);
  CHECK(out.config.log.console.on);
  REQUIRE(out.warnings.size() == 1);
  CHECK(out.warnings[0].line == 5);
  variables["RABBITMQ_NODENAME"] = "env";
  CHECK(load().config.node_name == "env@box");
  variables["WARREN_NODENAME"] = "own";
  CHECK(load().config.node_name == "own@box");
}

TEST_CASE_METHOD(sandbox, "Malformed variables are errors that name the variable") {
  variables["WARREN_NODE_PORT"] = "many";
  const auto out = load();
  REQUIRE(out.errors.size() == 1);
  CHECK(out.errors[0].describe() == "WARREN_NODE_PORT=many: expected a port from 1 to 65535");
}

TEST_CASE_METHOD(sandbox, "Node names are checked") {
  options.name = "a@b@c";
  CHECK(load().errors.size() == 1);
  options.name = "rabbit@host.example.com";
  CHECK(load().errors.size() == 1);
  variables["RABBITMQ_USE_LONGNAME"] = "true";
  CHECK(load().errors.empty());
  options.name = "rabbit";
  CHECK(load().config.node_name == "rabbit@box.example.com");
}

TEST_CASE_METHOD(sandbox, "RABBITMQ_LOG sets levels by category") {
  variables["RABBITMQ_LOG"] = "debug,connection.error,+json";
  const auto c = load().config;
  CHECK(log_threshold(c.log, log_category::queue, c.log.file) == log_level::debug);
  CHECK(log_threshold(c.log, log_category::connection, c.log.file) == log_level::error);
  CHECK(c.log.file.format == warren::actors::log_format::json);
  variables["RABBITMQ_LOG"] = "shout";
  CHECK(load().errors.size() == 1);
}

TEST_CASE_METHOD(sandbox, "--log-level beats every level in the files") {
  options.log_level = log_level::error;
  const auto c = good("log.connection.level = debug\nlog.file.level = info\n");
  CHECK(log_threshold(c.log, log_category::connection, c.log.file) == log_level::error);
}

TEST_CASE_METHOD(sandbox, "Plugins may be forced by RABBITMQ_ENABLED_PLUGINS") {
  variables["RABBITMQ_ENABLED_PLUGINS"] = "[rabbitmq_management,rabbitmq_prometheus].";
  CHECK(load().config.enabled_plugins == std::vector<std::string>{"rabbitmq_management", "rabbitmq_prometheus"});
}
