#include "distribution/net/tls_arguments.hpp"

#include <catch2/catch.hpp>

#include "distribution/net/link_tls.hpp"

using namespace warren::distribution;

TEST_CASE("RabbitMQ's arguments for TLS between nodes are understood, for nodes and for tools") {
  const char* both =
      "-kernel net_ticktime 60 -proto_dist inet_tls -ssl_dist_opt server_certfile '/a dir/cert.pem' server_keyfile /k.pem "
      "-ssl_dist_opt server_cacertfile \"/ca.pem\" server_verify verify_peer server_fail_if_no_peer_cert true client_certfile /tool.pem "
      "server_secure_renegotiate true -smp auto";
  const auto node = tls_of_erlang_arguments(both, tls_role::node);
  REQUIRE(node.ok());
  CHECK(node->enabled());
  CHECK(node->certfile == "/a dir/cert.pem");
  CHECK(node->keyfile == "/k.pem");
  CHECK(node->cacertfile == "/ca.pem");
  CHECK((node->verify_peer && node->fail_if_no_peer_cert));
  const auto tool = tls_of_erlang_arguments(both, tls_role::tool);
  REQUIRE(tool.ok());
  CHECK(tool->certfile == "/tool.pem");
  CHECK(tool->cacertfile == "/ca.pem");
}

TEST_CASE("without -proto_dist inet_tls there is no TLS; with it a tool needs no certificate") {
  CHECK_FALSE(tls_of_erlang_arguments("", tls_role::tool)->enabled());
  CHECK_FALSE(tls_of_erlang_arguments("-proto_dist inet_tcp -ssl_dist_opt server_certfile /c.pem", tls_role::node)->enabled());
  const auto bare = tls_of_erlang_arguments("-proto_dist inet_tls", tls_role::tool);
  CHECK(bare->enabled());
  const auto made = make_link_tls(*bare);
  REQUIRE(made.ok());
  CHECK(made->client);
  CHECK_FALSE(made->server);
}

TEST_CASE("arguments for TLS that would not do what they say are refused") {
  const auto text = [](const char* arguments) {
    const auto read = tls_of_erlang_arguments(arguments, tls_role::node);
    return read.ok() ? std::string("read") : read.failure().text;
  };
  CHECK(text("-proto_dist inet_tls -ssl_dist_optfile /etc/r/tls.config").find("distribution.ssl_options.*") != std::string::npos);
  CHECK(text("-ssl_dist_opt server_certfile") == "inter-node TLS: -ssl_dist_opt server_certfile needs a value");
  CHECK(text("-ssl_dist_opt server_certfil /c.pem").starts_with("inter-node TLS: -ssl_dist_opt knows no server_certfil;"));
  CHECK(text("-ssl_dist_opt certfile /c.pem").starts_with("inter-node TLS: -ssl_dist_opt knows no certfile;"));
}
