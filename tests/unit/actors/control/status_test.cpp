#include <filesystem>

#include "actors/control/command_table.hpp"
#include "actors/logging/log.hpp"
#include "tests/unit/actors/control/control_fixture.hpp"

using namespace control_test;

TEST_CASE("status and cluster_status have the fields that tools read") {
  node_fixture node;
  CHECK(node.result("set_disk_free_limit", {"50MB"}).is_null());  // has both measured
  const json::object status = node.result("status").get_object();
  for (const char* field : {"active_plugins",
                            "alarms",
                            "config_files",
                            "data_directory",
                            "disk_free",
                            "disk_free_limit",
                            "erlang_version",
                            "file_descriptors",
                            "is_under_maintenance",
                            "listeners",
                            "log_files",
                            "memory",
                            "net_ticktime",
                            "os",
                            "pid",
                            "processes",
                            "rabbitmq_version",
                            "totals",
                            "uptime",
                            "vm_memory_high_watermark_limit",
                            "vm_memory_high_watermark_setting"})
    CHECK((status.contains(field) ? "" : field) == std::string());
  CHECK(status.at("rabbitmq_version") == "3.10.8");
  CHECK(status.at("pid") == static_cast<std::int64_t>(getpid()));
  CHECK(status.at("totals").at("virtual_host_count") == 1);
  CHECK(status.at("vm_memory_high_watermark_setting").at("relative") == 0.4);
  CHECK(status.at("disk_free") == 80'000'000'000);
  CHECK(status.at("memory").at("total").at("rss").get_int64() > 1'000'000);

  const json::object cluster = node.result("cluster_status").get_object();
  CHECK(cluster.at("cluster_name") == "rabbit@box");
  CHECK(cluster.at("disk_nodes") == json::array{"rabbit@box"});
  CHECK(cluster.at("running_nodes") == json::array{"rabbit@box"});
  CHECK(cluster.at("feature_flags").get_array().size() == 9);
  CHECK(cluster.at("maintenance_status").at("rabbit@box") == "not under maintenance");
  CHECK(cluster.at("versions").at("rabbit@box").at("rabbitmq_version") == "3.10.8");
  CHECK(cluster.at("listeners").at("rabbit@box").get_array().size() == 2);
  CHECK(cluster.at("partitions") == json::object{});
  CHECK(node.result("environment").at("rabbit").at("heartbeat") == 60);
  CHECK(node.result("report").get_object().contains("cluster_status"));
}

TEST_CASE("the memory watermark and the disk limit can be moved; alarms and checks follow at once") {
  node_fixture node;
  CHECK(node.result("check_alarms") == "Node rabbit@box reported no alarms, local or clusterwide");
  CHECK(node.result("check_local_alarms") == "Node rabbit@box reported no local alarms");
  CHECK(node.result("alarms") == "Node rabbit@box reported no alarms, local or clusterwide");
  CHECK(node.result("set_vm_memory_high_watermark", {"0.001"}).is_null());
  CHECK(node.failure("check_local_alarms") == "69 Memory alarm on node rabbit@box");
  CHECK(node.ask("check_alarms").at("error").at("layout") == "bare");
  CHECK(node.result("alarms") == "Memory alarm on node rabbit@box");
  CHECK(node.result("eval", {"rabbit_alarm:get_alarms()."}) == "[{{resource_limit,memory,rabbit@box},[]}]");
  CHECK(node.result("cluster_status").at("alarms").get_array().size() == 1);
  CHECK(node.result("set_vm_memory_high_watermark", {"absolute", "4GB"}).is_null());
  CHECK(node.result("eval", {"rabbit_alarm:get_alarms()."}) == "[]");
  CHECK(node.result("status").at("vm_memory_high_watermark_limit") == 4'000'000'000);
  CHECK(node.result("set_vm_memory_high_watermark", {"0"}).is_null());
  CHECK(node.failure("check_local_alarms") == "69 Memory alarm on node rabbit@box");
  CHECK(node.result("set_vm_memory_high_watermark", {"0.4"}).is_null());
  CHECK(node.failure("set_vm_memory_high_watermark", {"5"}) ==
        "65 Bad argument: The threshold should be a fraction between 0.0 and 1.0");
  CHECK(node.failure("set_vm_memory_high_watermark", {"absolute", "lots"}) == "65 Bad argument.");
  CHECK(node.result("set_disk_free_limit", {"900GB"}).is_null());
  CHECK(node.failure("check_local_alarms") == "69 Free disk space alarm on node rabbit@box");
  CHECK(node.result("set_disk_free_limit", {"mem_relative", "0.01"}).is_null());
  CHECK(node.result("check_local_alarms") == "Node rabbit@box reported no local alarms");
  CHECK(node.failure("set_disk_free_limit", {"plenty"}) == "65 Bad argument.");
}

TEST_CASE("health checks name listeners, vhosts and the state of the application") {
  node_fixture node;
  CHECK(node.result("check_running") == "RabbitMQ on node rabbit@box is fully booted and running");
  CHECK(node.result("check_port_listener", {"5672"}) == "A listener for port 5672 is running on node rabbit@box.");
  CHECK(node.failure("check_port_listener", {"9999"}) ==
        "69 No listener for port 9999 is active on node rabbit@box. Found listeners that use the following ports: "
        "5672, 25672");
  CHECK(node.result("check_protocol_listener", {"amqp091"}) ==
        "A listener for protocol amqp091 is running on node rabbit@box.");
  CHECK(node.failure("check_protocol_listener", {"mqtt"}) ==
        "69 No listener for protocol mqtt is active on node rabbit@box. Found listeners for the following protocols: "
        "amqp, clustering");
  CHECK(node.result("check_virtual_hosts") == "Node rabbit@box reported all vhosts as running");
  CHECK(node.result("check_certificate_expiration", {}, {{"unit", "weeks"}, {"within", "4"}}) ==
        "No certificates are expiring within 4 weeks.");
  CHECK(node.failure("check_certificate_expiration", {}, {{"unit", "fortnights"}}) ==
        "64 \"unit 'fortnights' is not supported. Please use one of: days, weeks, months, years\"");
  CHECK(node.result("listeners").at("listeners").get_array().size() == 2);
  node.face.all_listeners = {{"127.0.0.1", 1, "amqp", "nobody listens there"}};
  CHECK(node.failure("check_port_connectivity")
            .starts_with("69 Connection attempts failed to the following ports on node rabbit@box: 1"));
}

TEST_CASE("a command that the application's state forbids is refused with that state") {
  node_fixture node;
  node.face.state = node_control::app_state::stopped;
  CHECK(node.ask("list_queues").at("error") == json::object{{"exit", 64}, {"app", "stopped"}});
  CHECK(node.failure("check_running") ==
        "69 RabbitMQ on node rabbit@box is not running or has not fully booted yet (check with is_booting)");
  CHECK(node.result("reset").is_null());
  CHECK(node.failure("join_cluster", {"rabbit@box"}) == "70 Error: cannot cluster node with itself: rabbit@box");
  CHECK(node.result("join_cluster", {"other"}, {{"ram", true}}).is_null());
  CHECK(node.result("change_cluster_node_type", {"disk"}) == "Node type is already disc");
  CHECK(node.failure("change_cluster_node_type", {"weird"}) ==
        "65 Bad argument: The node type must be either disc or ram.");
  CHECK(node.result("change_cluster_node_type", {"ram"}).is_null());
  CHECK(node.result("force_boot").is_null());
  CHECK(node.result("start_app").is_null());
  CHECK(node.face.notes() ==
        std::vector<std::string>{"reset", "join other@box ram", "to ram", "force_boot", "start_app"});
  node.face.state = node_control::app_state::running;
  CHECK(node.ask("reset").at("error") == json::object{{"exit", 64}, {"app", "running"}});
  CHECK(node.failure("forget_cluster_node", {"nope"}) ==
        "69 {:not_a_cluster_node, 'The node selected is not in the cluster.'}");
  CHECK(node.failure("forget_cluster_node", {"rabbit@box"}) ==
        "69 RabbitMQ on node rabbit@box must be stopped with 'rabbitmqctl -n rabbit@box stop_app' before it can be "
        "removed");
}

TEST_CASE("waiting for nodes and for the boot ends with the condition or the time") {
  node_fixture node;
  CHECK(node.result("await_online_nodes", {"1"}).is_null());
  auto t = node.connect();
  t->send({{"command", "await_online_nodes"}, {"arguments", json::array{"4"}}, {"timeout_ms", 300}});
  CHECK(t->receive().at("error") ==
        json::object{{"exit", 70},
                     {"text", "Error: timed out while waiting. Not enough nodes joined rabbit@box's cluster."}});
  node.face.state = node_control::app_state::booting;
  t->send({{"command", "await_startup"}, {"timeout_ms", 300}});
  CHECK(t->receive().at("error").at("exit") == 75);
  CHECK(node.result("is_booting") == "RabbitMQ on node rabbit@box is booting");
}

TEST_CASE("feature flags are RabbitMQ 3.10's, all enabled") {
  node_fixture node;
  CHECK(node.result("list_feature_flags").at(0) ==
        json::object{{"name", "classic_mirrored_queue_version"}, {"state", "enabled"}});
  CHECK(node.result("list_feature_flags", {"name", "state", "stability", "provided_by", "desc", "doc_url"})
            .at(6)
            .at("provided_by") == "rabbit");
  CHECK(node.result("enable_feature_flag", {"all"}).is_null());
  CHECK(node.result("enable_feature_flag", {"stream_queue"}).is_null());
  CHECK(node.failure("enable_feature_flag", {"nosuch"}) == "64 This feature flag is not supported by node rabbit@box");
}

TEST_CASE("eval knows the documented expressions and says so about others") {
  node_fixture node;
  CHECK(node.result("eval", {"application:get_env(rabbit, cluster_partition_handling)."}) == "{ok,ignore}");
  CHECK(node.result("eval", {"application:set_env(rabbit, cluster_partition_handling, pause_minority)."}) == "ok");
  CHECK(node.result("eval", {"application:get_env(rabbit, cluster_partition_handling)."}) == "{ok,pause_minority}");
  CHECK(node.failure("eval", {"application:set_env(rabbit, cluster_partition_handling, hope)."}).starts_with("69 "));
  CHECK(node.result("eval", {"rabbit_mnesia:cluster_nodes(running)."}) == "[rabbit@box]");
  CHECK(node.result("eval", {"nodes()."}) == "[]");
  CHECK(node.failure("eval", {"nodes()"}) == "64 \"syntax error before: \"");
  CHECK(node.failure("eval", {"os:cmd(\"rm\")."}).starts_with("69 this node has no Erlang runtime"));
}

TEST_CASE("logs are found, read from the end and followed") {
  node_fixture node;
  CHECK(node.failure("rotate_logs") == "69 This command does not rotate logs anymore [deprecated]");
  CHECK(node.failure("set_log_level", {"loud"}) ==
        "69 level loud is not supported. Try one of debug, info, warning, error, critical, none");
  CHECK(node.failure("log_tail").starts_with("69 "));
  char name[] = "/tmp/warren-control-XXXXXX";
  const std::string directory = mkdtemp(name);
  log_options options;
  options.file.on = true;
  options.file_path = directory + "/node.log";
  REQUIRE(start_logging(options) == "");
  CHECK(node.result("log_location").get_string() == options.file_path);
  auto follower = node.connect();
  follower->send({{"command", "log_tail_stream"}, {"options", json::object{}}, {"timeout_ms", 0}});
  CHECK(node.result("set_log_level", {"error"}).is_null());
  log_info(log_category::plain, "not to be seen");
  CHECK(node.result("set_log_level", {"debug"}).is_null());
  json::value item;  // whenever the follower has begun, it sees the lines that come then
  for (int i = 0; i < 100 && item.is_null(); ++i) {
    log_debug(log_category::plain, "to be seen");
    item = follower->receive(100ms);
  }
  INFO(json::serialize(item));
  REQUIRE(item.is_object());
  CHECK(item.at("item").get_string().ends_with("to be seen"));
  CHECK(std::string(node.result("log_tail", {}, {{"number", "1"}}).get_string()).ends_with("to be seen"));
  follower->close();
  stop_logging();
  set_log_level(log_level::info);
  std::filesystem::remove_all(directory);
}

TEST_CASE("definitions go out and come back; what is wrong with them is said") {
  node_fixture node;
  node.declare_queue_named("keep");
  const std::string text = json::serialize(node.result("export_definitions"));
  node_fixture other("rabbit@other", false);
  CHECK(other.result("import_definitions", {}, {{"definitions", text}}).is_null());
  CHECK(other.result("list_queues", {"name"}) == json::array{json::object{{"name", "keep"}}});
  CHECK(other.result("import_definitions", {}, {{"definitions", text}, {"skip-if-unchanged", true}}).is_null());
  CHECK(node.failure("import_definitions", {}, {{"definitions", "notjson\n"}}) ==
        "65 Failed to deserialise input (format: JSON) (error: {:unexpected_token, \"notjson\"})");
  CHECK(node.failure("import_definitions", {}, {{"definitions", R"({"queues":[{"name":"x"}]})"}}) ==
        "65 Virtual host 'undefined' does not exist");
}

TEST_CASE("the supervision tree shows the command that asks for it") {
  node_fixture node;
  const std::string tree = json::serialize(node.result("supervision_tree"));
  CHECK(tree.find("\"name\":\"control\"") != std::string::npos);
  CHECK(tree.find("supervision_tree") != std::string::npos);
}

TEST_CASE("the command table has each name once, and no unknown command is run") {
  const auto names = command_names();
  CHECK(names.size() > 120);
  CHECK(std::is_sorted(names.begin(), names.end()));
  node_fixture node;
  CHECK(node.failure("no_such_command") == "64 node rabbit@box does not know the command 'no_such_command'");
}
