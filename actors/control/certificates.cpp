#include "actors/control/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <time.h>

#include "actors/auth/certificate_identity.hpp"

namespace warren::actors {

namespace {

std::string time_text(const ASN1_TIME* t) {
  tm parts{};
  if (ASN1_TIME_to_tm(t, &parts) != 1) return "";
  char text[32];
  strftime(text, sizeof text, "%Y-%m-%d %H:%M:%SZ", &parts);
  return text;
}

std::int64_t unix_time(const ASN1_TIME* t) {
  tm parts{};
  return ASN1_TIME_to_tm(t, &parts) == 1 ? timegm(&parts) : 0;
}

}  // namespace

std::vector<certificate_file> read_certificates(const std::vector<std::string>& paths) {
  std::vector<certificate_file> found;
  for (const std::string& path : paths) {
    BIO* in = BIO_new_file(path.c_str(), "r");
    if (in == nullptr) continue;
    while (X509* x = PEM_read_bio_X509(in, nullptr, nullptr, nullptr)) {
      found.push_back({path, distinguished_name(x), issuer_name(x), time_text(X509_get0_notBefore(x)),
                       time_text(X509_get0_notAfter(x)), unix_time(X509_get0_notAfter(x))});
      X509_free(x);
    }
    BIO_free(in);
  }
  ERR_clear_error();  // the end of a file is an error to OpenSSL
  return found;
}

}  // namespace warren::actors
