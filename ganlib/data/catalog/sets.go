package catalog

import (
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/cifar"
)

// tfds is the list of sizes and hashes that most of those below are copied from. It
// is on PyPI.
const tfds = "tensorflow-datasets 4.9.10, "

// published are all sets.
var published = []Set{
	{
		Name: "mnist", Title: "MNIST", BuiltIn: "github.com/gans-in-go/gans/ganlib/data/mnist",
		About: "handwritten digits, grey, 28 x 28", Use: "2014 paper, Table 1 and Figure 2a; DCGAN paper",
		Home: "http://yann.lecun.com/exdb/mnist/", License: "CC BY-SA 3.0",
		Parts: []Part{{Name: "train", Images: 60_000}, {Name: "test", Images: 10_000}},
	},
	{
		Name: "fashion", Title: "Fashion-MNIST, test part", BuiltIn: "github.com/gans-in-go/gans/ganlib/data/fashion",
		About: "clothes, grey, 28 x 28", Use: "stands in for grey images that are not here",
		Home: fashionHome, License: "MIT",
		Parts: []Part{{Name: "test", Images: 10_000}},
	},
	{
		Name: "emoji", Title: "Noto emoji", BuiltIn: "github.com/gans-in-go/gans/ganlib/data/emoji",
		About: "drawings of faces, animals and things, colour, 64 x 64", Use: "stands in for colour images that are not here",
		Home: "https://github.com/googlefonts/noto-emoji", License: "OFL-1.1",
		Parts: []Part{{Name: "train", Images: 1_197}},
	},
	{
		Name: "fashion-mnist", Title: "Fashion-MNIST",
		About: "clothes, grey, 28 x 28", Use: "takes MNIST's place where digits are too easy",
		Home: fashionHome, License: "MIT",
		Parts: fashionParts(), open: openIDX(fashionNames),
	},
	{
		Name: "kmnist", Title: "Kuzushiji-MNIST",
		About: "cursive Japanese characters, grey, 28 x 28", Use: "takes MNIST's place where digits are too easy",
		Home: "http://codh.rois.ac.jp/kmnist/", License: "CC BY-SA 4.0",
		Terms: "The publisher asks to be named: 'KMNIST Dataset' (created by CODH), adapted from 'Kuzushiji Dataset' (created by NIJL and others).",
		Parts: kmnistParts(), open: openIDX(nil),
	},
	emnist("balanced", 47, 112_800, 18_800),
	emnist("byclass", 62, 697_932, 116_323),
	emnist("bymerge", 47, 697_932, 116_323),
	emnist("digits", 10, 240_000, 40_000),
	emnist("letters", 26, 124_800, 20_800),
	emnist("mnist", 10, 60_000, 10_000),
	{
		Name: "cifar10", Title: "CIFAR-10",
		About: "photographs of ten kinds of things, colour, 32 x 32", Use: "2014 paper, Figure 2c and d; DCGAN paper, section 5.1",
		Home: cifarHome, Terms: cifarTerms,
		Parts: cifarParts(File{
			Name: "cifar-10-binary.tar.gz", Size: 170_052_171,
			Hash:     "sha256:c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
			HashFrom: tfds + "url_checksums/cifar10.txt",
		}),
		open: openCIFAR(cifar.Read10),
	},
	{
		Name: "cifar100", Title: "CIFAR-100",
		About: "photographs of a hundred kinds of things, colour, 32 x 32", Use: "CIFAR-10 with finer classes",
		Home: cifarHome, Terms: cifarTerms,
		Parts: cifarParts(File{
			Name: "cifar-100-binary.tar.gz", Size: 168_513_733,
			Hash:     "sha256:58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
			HashFrom: tfds + "url_checksums/cifar100.txt",
		}),
		open: openCIFAR(cifar.Read100),
	},
}

const fashionHome = "https://github.com/zalandoresearch/fashion-mnist"

// fashionNames are the ten kinds of clothes, as the publisher's page lists them.
var fashionNames = []string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}

// The hashes of what the files of Fashion-MNIST hold were computed from Debian's
// package of them, which packs them anew.
func fashionParts() []Part {
	file := func(name string, size int64, hash, unpacked Hash) File {
		return File{
			Name: name, Size: size, Hash: hash, Unpacked: unpacked,
			URLs: []string{
				"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/" + name,
				"https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/" + name,
				"https://storage.googleapis.com/tensorflow/tf-keras-datasets/" + name,
			},
			HashFrom: tfds + "url_checksums/fashion_mnist.txt, and Debian's dataset-fashion-mnist 0.0~git20200523.55506a9-1 for what it holds",
		}
	}
	return []Part{
		{Name: "train", Images: 60_000, Files: []File{
			file("train-images-idx3-ubyte.gz", 26_421_880,
				"sha256:3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
				"sha256:c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
			file("train-labels-idx1-ubyte.gz", 29_515,
				"sha256:a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
				"sha256:bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
		}},
		{Name: "test", Images: 10_000, Files: []File{
			file("t10k-images-idx3-ubyte.gz", 4_422_102,
				"sha256:346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
				"sha256:5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
			file("t10k-labels-idx1-ubyte.gz", 5_148,
				"sha256:67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
				"sha256:0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
		}},
	}
}

func kmnistParts() []Part {
	file := func(name string, size int64, hash Hash) File {
		return File{
			Name: name, Size: size, Hash: hash, HashFrom: tfds + "url_checksums/kmnist.txt",
			URLs: []string{"http://codh.rois.ac.jp/kmnist/dataset/kmnist/" + name},
		}
	}
	return []Part{
		{Name: "train", Images: 60_000, Files: []File{
			file("train-images-idx3-ubyte.gz", 18_165_135, "sha256:51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
			file("train-labels-idx1-ubyte.gz", 29_497, "sha256:e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
		}},
		{Name: "test", Images: 10_000, Files: []File{
			file("t10k-images-idx3-ubyte.gz", 3_041_136, "sha256:edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
			file("t10k-labels-idx1-ubyte.gz", 5_120, "sha256:20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
		}},
	}
}

const (
	cifarHome  = "https://www.cs.toronto.edu/~kriz/cifar.html"
	cifarTerms = "The publisher asks to cite A. Krizhevsky: Learning Multiple Layers of Features from Tiny Images, 2009."
)

// cifarParts are both in one file.
func cifarParts(file File) []Part {
	file.URLs = []string{"https://www.cs.toronto.edu/~kriz/" + file.Name}
	return []Part{{Name: "train", Images: 50_000, Files: []File{file}}, {Name: "test", Images: 10_000, Files: []File{file}}}
}

func openCIFAR(read func(path, part string) (*data.Images, error)) opener {
	return func(part Part, paths []string, _ Options) (data.Source, error) { return read(paths[0], part.Name) }
}
