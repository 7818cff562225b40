/* A SoapySDR device for tests: what it is tuned to goes over a Unix socket to the test, and what is heard with that comes back,
 * in real time and with time stamps. Arguments: driver=air, feed=PATH of the socket. The protocol is that of
 * hardware/feedtest: 8 doubles (octets, Hz, 0, rate, gain, bias tee, external clock, 0), then a zero octet and the samples. */
#include <SoapySDR/Device.hpp>
#include <SoapySDR/Formats.hpp>
#include <SoapySDR/Registry.hpp>
#include <chrono>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

class Air : public SoapySDR::Device {
	std::string path;
	double hz = 1e9, rate = 1.92e6, gain = 0, bias = 0, outside = 0;
	int fd = -1;
	bool on = false;
	long long sent = 0;
	std::chrono::steady_clock::time_point start;
	size_t size = 4;

	void transfer(void *p, size_t n, bool out)
	{
		for (char *at = static_cast<char *>(p); n > 0;) {
			ssize_t k = out ? send(fd, at, n, MSG_NOSIGNAL) : recv(fd, at, n, 0);
			if (k <= 0)
				throw std::runtime_error("the air is gone");
			at += k, n -= k;
		}
	}

public:
	explicit Air(const SoapySDR::Kwargs &args) : path(args.at("feed"))
	{
		sockaddr_un a{};
		a.sun_family = AF_UNIX;
		strncpy(a.sun_path, path.c_str(), sizeof a.sun_path - 1);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(fd, reinterpret_cast<sockaddr *>(&a), sizeof a) < 0) {
			close(fd);
			throw std::runtime_error("nobody feeds " + path);
		}
	}
	~Air() { close(fd); }

	std::string getDriverKey() const { return "air"; }
	std::string getHardwareKey() const { return "air"; }
	size_t getNumChannels(const int direction) const { return direction == SOAPY_SDR_RX; }
	std::vector<std::string> getStreamFormats(const int, const size_t) const { return {SOAPY_SDR_CS16, SOAPY_SDR_CF32}; }
	std::string getNativeStreamFormat(const int, const size_t, double &full) const { return full = 32768, SOAPY_SDR_CS16; }

	void setFrequency(const int, const size_t, const std::string &, const double v, const SoapySDR::Kwargs &)
	{
		if (v < 50e6 || v > 6e9)
			throw std::runtime_error("out of range");
		hz = std::round(v / 100) * 100; /* its synthesiser's step */
	}
	double getFrequency(const int, const size_t, const std::string &) const { return hz; }
	std::vector<std::string> listFrequencies(const int, const size_t) const { return {"RF"}; }
	SoapySDR::RangeList getFrequencyRange(const int, const size_t, const std::string &) const { return {SoapySDR::Range(50e6, 6e9)}; }
	void setSampleRate(const int, const size_t, const double v) { rate = v, restart(); }
	double getSampleRate(const int, const size_t) const { return rate; }
	SoapySDR::RangeList getSampleRateRange(const int, const size_t) const { return {SoapySDR::Range(1e6, 61e6)}; }
	std::vector<double> listSampleRates(const int, const size_t) const { return {1.92e6, 2.4e6, 7.68e6, 15.36e6, 23.04e6, 30.72e6}; }
	std::vector<std::string> listGains(const int, const size_t) const { return {"LNA"}; }
	void setGain(const int, const size_t, const std::string &, const double v) { gain = std::round(std::min(60.0, std::max(0.0, v))); }
	double getGain(const int, const size_t, const std::string &) const { return gain; }
	SoapySDR::Range getGainRange(const int, const size_t, const std::string &) const { return SoapySDR::Range(0, 60); }
	std::vector<std::string> listAntennas(const int, const size_t) const { return {"RX"}; }
	void setAntenna(const int, const size_t, const std::string &n) { if (n != "RX") throw std::runtime_error("no such antenna"); }
	std::string getAntenna(const int, const size_t) const { return "RX"; }
	std::vector<std::string> listClockSources() const { return {"internal", "external"}; }
	void setClockSource(const std::string &s) { outside = s == "external"; }
	std::string getClockSource() const { return outside ? "external" : "internal"; }
	void writeSetting(const std::string &key, const std::string &v) { if (key != "biastee") throw std::runtime_error("no " + key); bias = v == "true"; }
	std::vector<std::string> listSensors() const { return {"ref_locked"}; }
	SoapySDR::ArgInfo getSensorInfo(const std::string &) const { SoapySDR::ArgInfo i; i.type = SoapySDR::ArgInfo::BOOL; return i; }
	std::string readSensor(const std::string &) const { return "true"; }
	bool hasHardwareTime(const std::string &) const { return true; }
	long long getHardwareTime(const std::string &) const { return std::llround(sent * 1e9 / rate); }
	void setHardwareTime(const long long, const std::string &) {}

	void restart() { start = std::chrono::steady_clock::now(), sent = 0; }
	SoapySDR::Stream *setupStream(const int direction, const std::string &format, const std::vector<size_t> &, const SoapySDR::Kwargs &)
	{
		if (direction != SOAPY_SDR_RX)
			throw std::runtime_error("it only receives");
		size = format == SOAPY_SDR_CF32 ? 8 : 4;
		return reinterpret_cast<SoapySDR::Stream *>(this);
	}
	void closeStream(SoapySDR::Stream *) {}
	size_t getStreamMTU(SoapySDR::Stream *) const { return 8192; }
	int activateStream(SoapySDR::Stream *, const int, const long long, const size_t) { return on = true, restart(), 0; }
	int deactivateStream(SoapySDR::Stream *, const int, const long long) { return on = false, 0; }
	int readStream(SoapySDR::Stream *, void *const *buffs, const size_t n, int &flags, long long &ns, const long us)
	{
		if (!on) {
			std::this_thread::sleep_for(std::chrono::microseconds(us));
			return SOAPY_SDR_TIMEOUT;
		}
		size_t k = std::min<size_t>(n, 8192);
		std::this_thread::sleep_until(start + std::chrono::nanoseconds(std::llround((sent + k) * 1e9 / rate)));
		double q[8] = {double(k * size), hz, 0, rate, gain, bias, outside, 0};
		char gone = 1;
		try {
			transfer(q, sizeof q, true);
			transfer(&gone, 1, false);
			if (!gone)
				transfer(buffs[0], k * size, false);
		} catch (const std::exception &) {
			gone = 1;
		}
		if (gone)
			return SOAPY_SDR_STREAM_ERROR;
		flags = SOAPY_SDR_HAS_TIME;
		ns = std::llround(sent * 1e9 / rate);
		sent += k;
		return k;
	}
};

static SoapySDR::KwargsList find(const SoapySDR::Kwargs &args)
{
	if (!args.count("feed"))
		return {};
	SoapySDR::Kwargs k = args;
	k["label"] = "air", k["serial"] = "A1";
	return {k};
}

static SoapySDR::Device *make(const SoapySDR::Kwargs &args) { return new Air(args); }
static SoapySDR::Registry registration("air", &find, &make, SOAPY_SDR_ABI_VERSION);
