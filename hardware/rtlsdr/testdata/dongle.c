/* An RTL2832U dongle with an R820T tuner where libusb would be: for tests, which build it as libusb-1.0.so.0.
 *
 * It keeps the registers that librtlsdr writes, answers what it reads, and knows from them what was programmed. Each bulk
 * transfer asks the test at the other end of a Unix socket for samples, with what the registers say:
 *
 *   request   8 doubles: octets, LO Hz, IF Hz, rate Hz, LNA step, mixer step, VGA step, bias tee
 *   answer    1 octet: 0 and that many octets of samples follow, 1 the dongle is unplugged; no answer: it stalls
 *
 * In its test mode it delivers octets that count up instead, and for a quarter of a transfer at least: on the bus of a real one the
 * commands between on and off take milliseconds.
 *
 * The socket's path comes from dongle_plug() or from STRAYCELL_DONGLE; without either no dongle is there. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { ERR_IO = -1, ERR_NO_DEVICE = -4, ERR_TIMEOUT = -7, ERR_PIPE = -9 };
enum { COMPLETED = 0, CANCELLED = 3, NO_DEVICE = 5 };

struct transfer { /* struct libusb_transfer */
	void *handle;
	uint8_t flags;
	unsigned char endpoint, type;
	unsigned timeout;
	int status, length, actual_length;
	void (*callback)(struct transfer *);
	void *user;
	unsigned char *buffer;
	int packets;
};

struct descriptor { /* struct libusb_device_descriptor */
	uint8_t length, type;
	uint16_t usb;
	uint8_t class, subclass, protocol, packet;
	uint16_t vendor, product, device;
	uint8_t manufacturer_index, product_index, serial_index, configurations;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char path[108]; /* as long as an address has room for */
static char the_device, the_handle, the_context;

/* Registers. */
static uint8_t demod[16][256], usb[65536], sys[65536], tuner[256], eeprom[256];
static int tuner_at;

/* What is under way. */
#define MOST 64
static struct transfer *queue[MOST];
static int cancelled[MOST], queued, feed = -1, unplugged;
static int counts; /* test mode was switched on since the last samples */
static double due;

void dongle_plug(const char *socket_path)
{
	pthread_mutex_lock(&lock);
	strncpy(path, socket_path, sizeof path - 1);
	unplugged = 0;
	if (feed >= 0)
		close(feed);
	feed = -1;
	pthread_mutex_unlock(&lock);
}

static int there(void)
{
	if (!path[0] && getenv("STRAYCELL_DONGLE"))
		strncpy(path, getenv("STRAYCELL_DONGLE"), sizeof path - 1);
	return path[0] && !unplugged;
}

/* The synthesiser: 2 * 28.8 MHz * (N + S / 65536) / D. */
static double lo_hz(void)
{
	int n = 13 + 4 * (tuner[0x14] & 0x3f) + (tuner[0x14] >> 6);
	double s = tuner[0x12] & 0x08 ? 0 : ((tuner[0x16] << 8) + tuner[0x15]) / 65536.0;
	return 2 * 28.8e6 * (n + s) / (2 << (tuner[0x10] >> 5));
}

static double if_hz(void)
{
	int32_t v = (demod[1][0x19] & 0x3f) << 16 | demod[1][0x1a] << 8 | demod[1][0x1b];
	if (v & 0x200000)
		v -= 0x400000;
	return -v * 28.8e6 / (1 << 22);
}

static double rate_hz(void)
{
	uint32_t ratio = (uint32_t)demod[1][0x9f] << 24 | demod[1][0xa0] << 16 | demod[1][0xa1] << 8 | demod[1][0xa2];
	ratio |= (ratio & 0x08000000) << 1;
	return ratio ? 28.8e6 * (1 << 22) / ratio : 0;
}

static uint8_t reversed(uint8_t b)
{
	uint8_t r = 0;
	for (int i = 0; i < 8; i++)
		r |= (b >> i & 1) << (7 - i);
	return r;
}

/* The tuner on the I2C bus answers while the demodulator's repeater is on. It locks up to 1.75 GHz. */
static int i2c(int address, int write, unsigned char *data, int n)
{
	if (address == 0xa0) { /* EEPROM */
		static int at;
		if (write)
			at = data[0];
		else
			for (int i = 0; i < n; i++)
				data[i] = eeprom[(at + i) & 255];
		return n;
	}
	if (address != 0x34 || !(demod[1][0x01] & 0x08))
		return ERR_PIPE;
	if (write) {
		tuner_at = data[0];
		for (int i = 1; i < n; i++)
			tuner[(tuner_at + i - 1) & 255] = data[i];
		return n;
	}
	for (int i = 0; i < n; i++) { /* reading always begins at 0, bits reversed */
		uint8_t v = i == 0 ? 0x96 : i == 2 ? (lo_hz() < 1.75e9 ? 0x40 : 0) : i == 4 ? 0x28 : 0;
		data[i] = reversed(v);
	}
	return n;
}

int libusb_control_transfer(void *h, uint8_t type, uint8_t request, uint16_t value, uint16_t index, unsigned char *data,
			    uint16_t n, unsigned timeout)
{
	int block = index >> 8, write = !(type & 0x80), rc = n;
	(void)h, (void)timeout;
	pthread_mutex_lock(&lock);
	if (!there())
		rc = ERR_NO_DEVICE;
	else if (request != 0 || (write && !(index & 0x10)))
		rc = ERR_PIPE;
	else if (block == 6)
		rc = i2c(value, write, data, n);
	else if (block == 0 && (value & 0xff) == 0x20)
		for (int i = 0; i < n; i++) {
			uint8_t *reg = &demod[index & 15][((value >> 8) + i) & 255];
			if (write)
				*reg = data[i];
			else
				data[i] = *reg;
			if (write && reg == &demod[0][0x19] && data[i] == 3)
				counts = 1;
		}
	else if (block == 1 || block == 2)
		for (int i = 0; i < n; i++) {
			uint8_t *reg = &(block == 1 ? usb : sys)[(uint16_t)(value + i)];
			if (write)
				*reg = data[i];
			else
				data[i] = *reg;
		}
	else
		rc = ERR_PIPE;
	pthread_mutex_unlock(&lock);
	return rc;
}

/* Samples from the test. */
static int all(int fd, void *p, size_t n, int out)
{
	for (char *at = p; n > 0;) {
		ssize_t k = out ? send(fd, at, n, MSG_NOSIGNAL) : recv(fd, at, n, 0);
		if (k <= 0)
			return -1;
		at += k, n -= k;
	}
	return 0;
}

static int fill(unsigned char *buffer, int n)
{
	pthread_mutex_lock(&lock);
	if (there() && feed < 0) {
		struct sockaddr_un a = {.sun_family = AF_UNIX};
		memcpy(a.sun_path, path, sizeof path);
		feed = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(feed, (struct sockaddr *)&a, sizeof a) < 0) {
			close(feed);
			feed = -1;
		}
	}
	double q[8] = {n, lo_hz(), if_hz(), rate_hz(), tuner[5] & 15, tuner[7] & 15, tuner[12] & 15, sys[0x3001] & 1};
	int fd = feed, count = counts ? (demod[0][0x19] == 3 ? n : n / 4) : 0;
	counts = demod[0][0x19] == 3;
	pthread_mutex_unlock(&lock);
	char gone = 1;
	if (fd < 0 || all(fd, q, sizeof q, 1) < 0 || all(fd, &gone, 1, 0) < 0 || gone || all(fd, buffer, n, 0) < 0) {
		pthread_mutex_lock(&lock);
		unplugged = 1;
		pthread_mutex_unlock(&lock);
		return -1;
	}
	for (int i = 0; i < count; i++)
		buffer[i] = i;
	return 0;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void rest(double s)
{
	if (s > 0)
		nanosleep(&(struct timespec){(time_t)s, (long)((s - (time_t)s) * 1e9)}, NULL);
}

int libusb_submit_transfer(struct transfer *t)
{
	int rc = ERR_IO;
	pthread_mutex_lock(&lock);
	if (!there())
		rc = ERR_NO_DEVICE;
	else if (queued < MOST) {
		cancelled[queued] = 0;
		queue[queued++] = t;
		rc = 0;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

int libusb_cancel_transfer(struct transfer *t)
{
	pthread_mutex_lock(&lock);
	for (int i = 0; i < queued; i++)
		if (queue[i] == t)
			cancelled[i] = 1;
	pthread_mutex_unlock(&lock);
	return 0;
}

/* One transfer is done when its samples would have been sampled. */
int libusb_handle_events_timeout_completed(void *c, struct timeval *tv, int *completed)
{
	double most = tv->tv_sec + tv->tv_usec * 1e-6, t = now();
	struct transfer *x = NULL;
	int at = 0, status = COMPLETED;
	(void)c;
	if (completed && *completed)
		return 0;
	pthread_mutex_lock(&lock);
	for (int i = 0; i < queued && !x; i++)
		if (cancelled[i] || unplugged)
			x = queue[at = i], status = cancelled[i] ? CANCELLED : NO_DEVICE;
	if (!x && queued) {
		double took = queue[0]->length / 2 / (rate_hz() > 0 ? rate_hz() : 1e6);
		if (due < t - 0.5)
			due = t;
		if (due + took - t <= most) {
			x = queue[0];
			most = due + took - t;
			due += took;
		}
	}
	if (x) {
		queued--;
		memmove(queue + at, queue + at + 1, (queued - at) * sizeof *queue);
		memmove(cancelled + at, cancelled + at + 1, (queued - at) * sizeof *cancelled);
	}
	pthread_mutex_unlock(&lock);
	if (!x || status == COMPLETED)
		rest(x || most < 0.005 ? most : 0.005);
	if (x) {
		if (status == COMPLETED && fill(x->buffer, x->length) < 0)
			status = NO_DEVICE;
		x->status = status;
		x->actual_length = status == COMPLETED ? x->length : 0;
		x->callback(x);
	}
	return 0;
}

int libusb_handle_events_timeout(void *c, struct timeval *tv) { return libusb_handle_events_timeout_completed(c, tv, NULL); }

int libusb_bulk_transfer(void *h, unsigned char endpoint, unsigned char *data, int n, int *done, unsigned timeout)
{
	(void)h, (void)endpoint, (void)timeout;
	rest(rate_hz() > 0 ? n / 2 / rate_hz() : 0);
	*done = fill(data, n) < 0 ? 0 : n;
	return *done ? 0 : ERR_NO_DEVICE;
}

/* Finding and opening it. */
int libusb_init(void **c) { if (c) *c = &the_context; return 0; }
void libusb_exit(void *c) { (void)c; }

ssize_t libusb_get_device_list(void *c, void ***list)
{
	(void)c;
	*list = calloc(2, sizeof **list);
	if (there())
		(*list)[0] = &the_device;
	return there();
}

void libusb_free_device_list(void **list, int unref) { (void)unref; free(list); }
void libusb_unref_device(void *d) { (void)d; }

int libusb_get_device_descriptor(void *d, struct descriptor *x)
{
	(void)d;
	*x = (struct descriptor){18, 1, 0x200, .packet = 64, .vendor = 0x0bda, .product = 0x2838, .manufacturer_index = 1,
				 .product_index = 2, .serial_index = 3, .configurations = 1};
	return 0;
}

int libusb_get_string_descriptor_ascii(void *h, uint8_t index, unsigned char *data, int n)
{
	const char *text[] = {"", "Realtek", "RTL2838UHIDIR", "00000801"};
	(void)h;
	if (index < 1 || index > 3 || n < 16)
		return ERR_PIPE;
	return strlen(strcpy((char *)data, text[index]));
}

int libusb_open(void *d, void **h)
{
	(void)d;
	if (!there())
		return ERR_NO_DEVICE;
	*h = &the_handle;
	return 0;
}

void libusb_close(void *h)
{
	(void)h;
	pthread_mutex_lock(&lock);
	queued = 0;
	if (feed >= 0)
		close(feed);
	feed = -1;
	pthread_mutex_unlock(&lock);
}

void *libusb_get_device(void *h) { (void)h; return &the_device; }
int libusb_kernel_driver_active(void *h, int i) { (void)h, (void)i; return 0; }
int libusb_detach_kernel_driver(void *h, int i) { (void)h, (void)i; return 0; }
int libusb_attach_kernel_driver(void *h, int i) { (void)h, (void)i; return 0; }
int libusb_claim_interface(void *h, int i) { (void)h, (void)i; return there() ? 0 : ERR_NO_DEVICE; }
int libusb_release_interface(void *h, int i) { (void)h, (void)i; return 0; }
int libusb_reset_device(void *h) { (void)h; return 0; }
int libusb_clear_halt(void *h, unsigned char e) { (void)h, (void)e; return 0; }
int libusb_set_option(void *c, int o, ...) { (void)c, (void)o; return 0; }
const char *libusb_error_name(int rc) { (void)rc; return "error"; }
const char *libusb_strerror(int rc) { (void)rc; return "error"; }
struct transfer *libusb_alloc_transfer(int packets) { (void)packets; return calloc(1, sizeof(struct transfer) + 64); }
void libusb_free_transfer(struct transfer *t) { free(t); }
unsigned char *libusb_dev_mem_alloc(void *h, size_t n) { (void)h; return malloc(n); }
int libusb_dev_mem_free(void *h, unsigned char *p, size_t n) { (void)h, (void)n; free(p); return 0; }
