// The part of PJRT's C interface, version 0, that a cache of compiled programs needs: the layout of its table of
// functions and of their arguments (openxla/xla, xla/pjrt/c/pjrt_c_api.h). Within a major version, both only grow at
// their ends.
#include <stdbool.h>
#include <stddef.h>

typedef struct {
	size_t struct_size;
	void *extensions;
	struct {
		size_t struct_size;
		void *extensions;
		int major, minor;
	} version;
	void *(*functions[])(void *args); // each returns an error or NULL
} gan_pjrt;

// Places of functions in the table.
enum {
	ERROR_DESTROY = 0,
	CLIENT_COMPILE = 20,
	EXECUTABLE_DESTROY = 40,
	EXECUTABLE_SERIALIZE = 49,
	LOADED_EXECUTABLE_GET_EXECUTABLE = 51,
	EXECUTABLE_DESERIALIZE_AND_LOAD = 56,
};

typedef struct {
	size_t struct_size;
	void *extensions;
	void *code;
	size_t code_size;
	const char *format;
	size_t format_size;
} gan_program;

typedef struct {
	size_t struct_size;
	void *extensions;
	void *client;
	const gan_program *program;
	const char *compile_options;
	size_t compile_options_size;
	void *executable; // out
} gan_compile_args;

typedef struct {
	size_t struct_size;
	void *extensions;
	void *executable;
	const char *bytes; // out; they live until deleter is called
	size_t size;       // out
	void *serialized;  // out
	void (*deleter)(void *serialized);
} gan_serialize_args;

// gan_open_plugin loads a plugin and returns a copy of its table in which the compiler is gan_compile_through_cache. If
// it cannot, it returns NULL and says why.
gan_pjrt *gan_open_plugin(const char *path, char **problem);

// gan_compile calls the plugin's own compiler. It returns an error or NULL.
void *gan_compile(gan_compile_args *args);

// gan_load makes the executable of a compilation from what gan_serialize gave. It reports whether it could.
bool gan_load(gan_compile_args *args, void *bytes, size_t size);

// gan_serialize serialises the executable of a compilation. It reports whether it could.
bool gan_serialize(gan_compile_args *args, gan_serialize_args *out);
void gan_free_serialized(gan_serialize_args *serialized);
