#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "distribution/handshake/dial.hpp"
#include "node_fixture.hpp"

using namespace distribution_test;

namespace {

/// Two certificates, each its own authority.
struct certificates {
  std::string folder;
  certificates() {
    char pattern[] = "/tmp/warren_link_tls_XXXXXX";
    folder = mkdtemp(pattern);
    for (const char* name : {"good", "other"}) {
      const std::string at = folder + "/" + name;
      const std::string command =
          "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=node -addext "
          "subjectAltName=IP:127.0.0.1 -keyout " +
          at + ".key -out " + at + ".pem 2>/dev/null";
      REQUIRE(std::system(command.c_str()) == 0);
    }
  }
  ~certificates() { std::filesystem::remove_all(folder); }
  [[nodiscard]] link_tls_options of(const std::string& own, const std::string& trusted) const {
    link_tls_options o;
    o.certfile = folder + "/" + own + ".pem";
    o.keyfile = folder + "/" + own + ".key";
    o.cacertfile = folder + "/" + trusted + ".pem";
    o.verify_peer = o.fail_if_no_peer_cert = true;
    return o;
  }
};

node_settings with(link_tls_options tls) {
  node_settings s;
  s.tls = std::move(tls);
  return s;
}

}  // namespace

TEST_CASE("links in TLS carry as links without it do, and end on both sides") {
  const certificates files;
  const auto mapper = free_port();
  test_node a("a", mapper, with(files.of("good", "good")));
  auto b = std::make_unique<test_node>("b", mapper, with(files.of("good", "good")));
  a.net->keep(b->name());
  REQUIRE(both_linked(a, *b));
  CHECK(a.net->links()[0].encrypted);
  CHECK(b->net->links()[0].encrypted);
  for (int i = 0; i < 20; ++i) {
    REQUIRE(a.net->send(b->name(), service::control, std::string(1'000'000, 'x')));
    REQUIRE(b->net->send(a.name(), service::control, std::string(1000, 'y')));
  }
  CHECK(eventually([&] { return b->events->count() == 21 && a.events->count() == 21; }, 30s));
  b.reset();
  CHECK(eventually([&] { return a.events->count("down b") == 1; }));
}

TEST_CASE("a peer whose certificate is not trusted is refused on both sides") {
  const certificates files;
  const auto mapper = free_port();
  test_node a("a", mapper, with(files.of("good", "good"))), b("b", mapper, with(files.of("other", "good")));
  a.net->keep(b.name());
  CHECK(eventually([&] { return a.net->last_failure(b.name()).find("TLS: ") == 0; }));
  CHECK(eventually([&] { return b.log.count("refused: TLS: ") == 1; }));
}

TEST_CASE("tools use TLS too when links do, and plain ones are refused") {
  const certificates files;
  const auto mapper = free_port();
  test_node a("a", mapper, with(files.of("good", "good")));
  dial_options o;
  o.self = "tool@127.0.0.1";
  o.epmd_port = mapper;
  auto plain = dial({"a", "127.0.0.1"}, cookie_of("COOKIE"), o);
  REQUIRE(std::holds_alternative<dial_error>(plain));
  CHECK(std::get<dial_error>(plain).kind == dial_failure::handshake_refused);
  o.tls = *make_link_tls(files.of("good", "good"));
  auto encrypted = dial({"a", "127.0.0.1"}, cookie_of("COOKIE"), o);
  REQUIRE(std::holds_alternative<dial_error>(encrypted));
  CHECK(std::get<dial_error>(encrypted).why ==
        refusal::role_refused);  // as far as the handshake: this node takes no tools
}

TEST_CASE("TLS options that cannot work are refused before anything listens") {
  const certificates files;
  auto o = files.of("good", "good");
  o.keyfile = files.folder + "/other.key";
  CHECK(make_link_tls(o).failure().text.find("keyfile = " + o.keyfile) != std::string::npos);
  o.keyfile = "/nonexistent";
  CHECK(make_link_tls(o).failure().text == "inter-node TLS: keyfile = /nonexistent: No such file or directory");
  o.keyfile.clear();
  CHECK(make_link_tls(o).failure().text == "inter-node TLS: keyfile is not set");
  o = files.of("good", "good");
  o.cacertfile.clear();
  CHECK(make_link_tls(o).failure().text == "inter-node TLS: verify = verify_peer needs a cacertfile");
}
