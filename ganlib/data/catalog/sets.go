package catalog

import (
	"context"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/cifar"
	"github.com/gans-in-go/gans/ganlib/data/folder"
	"github.com/gans-in-go/gans/ganlib/data/lsun"
	"github.com/gans-in-go/gans/ganlib/data/svhn"
	"github.com/gans-in-go/gans/ganlib/data/tfd"
)

// tfds is the list of sizes and hashes that most of those below are copied from. It is on PyPI.
const tfds = "tensorflow-datasets 4.9.10, "

// published are all sets.
var published = []Set{
	{
		Name: "mnist", Title: "MNIST", BuiltIn: "github.com/gans-in-go/gans/ganlib/data/mnist",
		About: "handwritten digits, grey, 28 x 28", Use: "2014 paper, Table 1 and Figure 2a; DCGAN paper",
		Home: "http://yann.lecun.com/exdb/mnist/", License: "CC BY-SA 3.0",
		Parts: []Part{{Name: "train", Images: 60_000}, {Name: "test", Images: 10_000}},
	},
	{ // as many images as PacGAN's code trains on, and counts modes among
		Name: "stacked-mnist", Title: "Stacked MNIST", BuiltIn: "github.com/gans-in-go/gans/ganlib/data/mnist",
		About: "three digits of MNIST as red, green and blue, 28 x 28", Use: "counts modes: Metz et al. 2017, and PacGAN",
		Home: "https://github.com/fjxmlzn/PacGAN", License: "CC BY-SA 3.0",
		Parts: []Part{{Name: "train", Images: 128_000}, {Name: "test", Images: 26_000}},
	},
	{
		Name: "fashion", Title: "Fashion-MNIST, test part", BuiltIn: "github.com/gans-in-go/gans/ganlib/data/fashion",
		About: "clothes, grey, 28 x 28", Use: "stands in for grey images that are not here",
		Home: fashionHome, License: "MIT",
		Parts: []Part{{Name: "train", Images: 10_000}}, // here to train on, whatever its publisher does with it
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
			Name: "cifar-10-binary.tar.gz", Folder: "cifar-10-batches-bin", Size: 170_052_171,
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
			Name: "cifar-100-binary.tar.gz", Folder: "cifar-100-binary", Size: 168_513_733,
			Hash:     "sha256:58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
			HashFrom: tfds + "url_checksums/cifar100.txt",
		}),
		open: openCIFAR(cifar.Read100),
	},
	{
		Name: "svhn", Title: "SVHN",
		About: "digits of house numbers, colour, 32 x 32", Use: "DCGAN paper, section 5.2",
		Home: "http://ufldl.stanford.edu/housenumbers/", License: "non-commercial use only",
		Parts: []Part{
			svhnPart("train", 73_257, 182_040_794, "sha256:435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8"),
			svhnPart("test", 26_032, 64_275_384, "sha256:cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b"),
			svhnPart("extra", 531_131, 1_329_278_602, "sha256:a133a4beb38a00fcdda90c9489e0c04f900b660ce8a316a5e854838379a71eb3"),
		},
		open: func(ctx context.Context, _ Part, paths []string, _ Options) (data.Source, error) {
			return images(svhn.Read(ctx, paths[0]))
		},
	},
	{
		Name: "tfd", Title: "Toronto Face Database",
		About: "faces, grey, 48 x 48; parts are those of its first fold", Use: "2014 paper, Table 1 and Figure 2b",
		Home:   "http://aclab.ca/users/josh/TFD.html",
		Terms:  "Its makers give it out, and whoever wants it needs the permission of each of the databases that it was made of.",
		ByHand: "Ask its makers: J. Susskind, A. Anderson and G. Hinton, The Toronto Face Database, UTML TR 2010-001, University of Toronto; it was last announced at http://aclab.ca/users/josh/TFD.html.",
		Parts:  tfdParts(),
		open: func(ctx context.Context, part Part, paths []string, _ Options) (data.Source, error) {
			return images(tfd.Read(ctx, paths[0], tfd.Part(part.Name), 0))
		},
	},
	{
		Name: "lsun-bedrooms", Title: "LSUN bedrooms", folder: "lsun", Frame: colour64,
		About: "photographs of bedrooms, colour, 256 pixels and more", Use: "DCGAN paper, Figures 2 to 4",
		Home: lsunHome, Terms: lsunTerms,
		Parts: []Part{
			lsunPart("train", 3_033_042, "bedroom_train_lmdb.zip", 45_922_737_680, "sha256:a15644c2e7153106867f0adb3491fc41224102d1f01b24494fb47d9f5d1f174e"),
			lsunPart("val", 300, "bedroom_val_lmdb.zip", 4_670_661, "sha256:5d022e781b241c25ec2e1f1f769afcdb8091d7fd58362667aec03137b8114b12"),
		},
		open: openLSUN,
	},
	{
		Name: "lsun-churches", Title: "LSUN churches", folder: "lsun", Frame: colour64,
		About: "photographs of churches from outside, colour, 256 pixels and more", Use: "bedrooms at a twentieth of the size",
		Home: lsunHome, Terms: lsunTerms,
		Parts: []Part{
			lsunPart("train", 126_227, "church_outdoor_train_lmdb.zip", 2_448_463_466, "sha256:91128ae026840ac0c5982b4445ab5fc4e092d6847cca76793b2b1a0815c2e74a"),
			lsunPart("val", 300, "church_outdoor_val_lmdb.zip", 5_957_308, "sha256:34635b7547a3e51a15f942a4a4082dd6bc9cca381a953515cb2275c0eed50584"),
		},
		open: openLSUN,
	},
	{
		Name: "celeba", Title: "CelebA", Frame: data.Frame{Size: 64, Crop: 108, Channels: 3},
		About: "faces of celebrities, aligned, colour, 178 x 218", Use: "PyTorch's DCGAN tutorial, and most papers on faces since",
		Home: celebaHome, License: "non-commercial research only",
		Terms:  "It is given out for non-commercial research only, by an agreement that also forbids passing the images on.",
		ByHand: "Read the agreement on " + celebaHome + ", and follow its links to the aligned and cropped images.",
		Parts: []Part{{Name: "train", Images: 202_599, Files: []File{{
			Name: "img_align_celeba.zip", Folder: "img_align_celeba", Size: 1_443_490_838,
			Hash:     "sha256:46fb89443c578308acf364d7d379fe1b9efb793042c0af734b6112e4fd3a8c74",
			HashFrom: tfds + "datasets/celeb_a/checksums.tsv",
		}}}},
		open: openPictures,
	},
	{
		Name: "flowers", Title: "Flowers of TensorFlow's tutorials", Frame: colour64,
		About: "photographs of five kinds of flowers, colour, any size", Use: "MathWorks' example of a GAN",
		Home: "https://www.tensorflow.org/datasets/catalog/tf_flowers", License: "CC BY",
		Terms: "LICENSE.txt in the archive names each photographer.",
		Parts: []Part{{Name: "train", Images: 3_670, Files: []File{{
			Name: "flower_photos.tgz", Folder: "flower_photos", Size: 228_813_984,
			URLs: []string{
				"http://download.tensorflow.org/example_images/flower_photos.tgz",
				"https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz",
			},
			Hash:     "sha256:4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c",
			HashFrom: tfds + "datasets/tf_flowers/checksums.tsv",
		}}}},
		open: openPictures,
	},
}

const celebaHome = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"

// openPictures reads an archive of pictures.
func openPictures(ctx context.Context, _ Part, paths []string, o Options) (data.Source, error) {
	set, _, err := folder.Read(ctx, paths[0], folder.Options{Frame: o.Frame, MaxFailed: o.MaxFailed, Output: o.Output})
	return images(set, err)
}

// images is a set of images as a source: a nil set must not become a non-nil source.
func images(set *data.Images, err error) (data.Source, error) {
	if err != nil {
		return nil, err
	}
	return set, nil
}

const fashionHome = "https://github.com/zalandoresearch/fashion-mnist"

// fashionNames are the ten kinds of clothes, as the publisher's page lists them.
var fashionNames = []string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}

// The hashes of the unpacked files of Fashion-MNIST were computed from Debian's package, which packs them anew.
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

func openCIFAR(read func(ctx context.Context, path, part string) (*data.Images, error)) opener {
	return func(ctx context.Context, part Part, paths []string, _ Options) (data.Source, error) {
		return images(read(ctx, paths[0], part.Name))
	}
}

// svhnPart is a file of digits that are cut out of their surroundings.
func svhnPart(name string, images int, size int64, hash Hash) Part {
	file := name + "_32x32.mat"
	return Part{Name: name, Images: images, Files: []File{{
		Name: file, Size: size, Hash: hash, HashFrom: tfds + "datasets/svhn_cropped/checksums.tsv",
		URLs: []string{"http://ufldl.stanford.edu/housenumbers/" + file},
	}}}
}

// tfdParts are all in one file, whose size and hash nobody has published. The 2014 paper's game learns from the
// unlabelled faces.
func tfdParts() []Part {
	files := []File{{Name: "TFD_48x48.mat"}}
	return []Part{
		{Name: string(tfd.Unlabelled), Images: 98_058, Files: files},
		{Name: string(tfd.Train), Files: files},
		{Name: string(tfd.Validation), Files: files},
		{Name: string(tfd.Test), Files: files},
	}
}

// colour64 is how pictures of any size become what DCGAN learns from.
var colour64 = data.Frame{Size: 64, Channels: 3}

const (
	lsunHome  = "https://www.yf.io/p/lsun"
	lsunTerms = "The publisher asks to cite Yu, Zhang, Song, Seff and Xiao: LSUN, arXiv:1506.03365. The zip is unpacked beside itself when it is first opened, which takes as much room again; the zip can be deleted then."
)

func lsunPart(name string, images int, file string, size int64, hash Hash) Part {
	return Part{Name: name, Images: images, Files: []File{{
		Name: file, Folder: strings.TrimSuffix(file, ".zip"), Size: size, Hash: hash, HashFrom: tfds + "url_checksums/lsun.txt",
		URLs: []string{"http://dl.yf.io/lsun/scenes/" + file},
	}}}
}

func openLSUN(ctx context.Context, _ Part, paths []string, o Options) (data.Source, error) {
	set, err := lsun.Open(ctx, paths[0], lsun.Options{Frame: o.Frame, MaxFailed: o.MaxFailed, Output: o.Output})
	if err != nil {
		return nil, err
	}
	return set, nil
}
