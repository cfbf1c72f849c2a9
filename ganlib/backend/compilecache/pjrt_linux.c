#include "pjrt.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

extern void *gan_compile_through_cache(gan_compile_args *args);

static const gan_pjrt *plugin; // as it came

gan_pjrt *gan_open_plugin(const char *path, char **problem) {
	void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	if (!library) {
		*problem = dlerror();
		return NULL;
	}
	const gan_pjrt *(*get)(void) = (const gan_pjrt *(*)(void))dlsym(library, "GetPjrtApi");
	if (!get || !(plugin = get())) {
		*problem = "it has no GetPjrtApi";
		return NULL;
	}
	if (plugin->version.major != 0 ||
	    plugin->struct_size < offsetof(gan_pjrt, functions) + (EXECUTABLE_DESERIALIZE_AND_LOAD + 1) * sizeof(void *)) {
		*problem = "its interface is not PJRT's version 0";
		return NULL;
	}
	gan_pjrt *copy = malloc(plugin->struct_size);
	if (!copy) {
		*problem = "no memory";
		return NULL;
	}
	memcpy(copy, plugin, plugin->struct_size);
	copy->functions[CLIENT_COMPILE] = (void *(*)(void *))gan_compile_through_cache;
	return copy;
}

// call reports whether a function of the plugin succeeded.
static bool call(int function, void *args) {
	void *error = plugin->functions[function](args);
	if (!error)
		return true;
	struct {
		size_t struct_size;
		void *extensions, *error;
	} destroy = {sizeof destroy, NULL, error};
	plugin->functions[ERROR_DESTROY](&destroy);
	return false;
}

void *gan_compile(gan_compile_args *args) { return plugin->functions[CLIENT_COMPILE](args); }

bool gan_load(gan_compile_args *args, void *bytes, size_t size) {
	struct {
		size_t struct_size;
		void *extensions, *client;
		const void *bytes;
		size_t size;
		void *executable; // out
		const char *options;
		size_t options_size;
	} load = {sizeof load, NULL, args->client, bytes, size, NULL, NULL, 0};
	if (!call(EXECUTABLE_DESERIALIZE_AND_LOAD, &load))
		return false;
	args->executable = load.executable;
	return true;
}

bool gan_serialize(gan_compile_args *args, gan_serialize_args *out) {
	struct {
		size_t struct_size;
		void *extensions, *loaded;
		void *executable; // out
	} get = {sizeof get, NULL, args->executable, NULL};
	if (!call(LOADED_EXECUTABLE_GET_EXECUTABLE, &get))
		return false;
	memset(out, 0, sizeof *out);
	out->struct_size = sizeof *out;
	out->executable = get.executable;
	bool done = call(EXECUTABLE_SERIALIZE, out);
	struct {
		size_t struct_size;
		void *extensions, *executable;
	} destroy = {sizeof destroy, NULL, get.executable};
	call(EXECUTABLE_DESTROY, &destroy);
	return done;
}

void gan_free_serialized(gan_serialize_args *serialized) { serialized->deleter(serialized->serialized); }
