using System.Linq;
using RedGen.Compiler.Options;
using Xunit;

namespace RedGen.Generator.Tests;

/// <summary>The text between the targets and the generator.</summary>
public sealed class ManifestTests
{
    [Fact]
    public void A_manifest_is_read()
    {
        ModelManifest manifest = ModelManifest.Parse(
            "path=/p/models/a=b.onnx\r\nsha256=AB\r\nlink=\r\nproject-directory=/p\r\nroot-namespace=App\r\nRedGenDims=\r\nproject.RedGenDims=batch=1\r\n"
            + "external=CD /p/models/x y.bin\r\nweight-resource=r\r\nplan=EF /p/models/a=b.redgen.json\r\nsamples=0A\r\n")!;

        Assert.Equal("/p/models/a=b.onnx", manifest.Path);
        Assert.Equal("ab", manifest.Sha256);
        Assert.Equal("models/a=b.onnx", manifest.ProjectPath);
        Assert.Equal("App", manifest.RootNamespace);
        Assert.Equal("batch=1", manifest.Options["RedGenDims"]);
        Assert.Equal(new ManifestFile("/p/models/x y.bin", "cd"), manifest.External.Single());
        Assert.Equal("x y.bin", manifest.RelativeToModel(manifest.External[0].Path));
        Assert.Equal("r", manifest.WeightResource);
        Assert.Equal(new ManifestFile("/p/models/a=b.redgen.json", "ef"), manifest.Plan);
        Assert.Equal("0a", manifest.SamplesSha256);
    }

    [Fact]
    public void A_semicolon_continues_a_value()
        => Assert.Equal("batch=1;seq=2", ModelManifest.Parse("path=/a.onnx\nRedGenDims=batch=1\nseq=2\n")!.Options["RedGenDims"]);

    [Theory]
    [InlineData("/p", "/p/a/m.onnx", "a/m.onnx")]
    [InlineData("/p/", "/p/m.onnx", "m.onnx")]
    [InlineData("/p", "/pq/m.onnx", "m.onnx")]
    [InlineData(@"C:\p", @"C:\p\a\m.onnx", "a/m.onnx")]
    [InlineData("", "/q/m.onnx", "m.onnx")]
    public void The_path_in_the_project_does_not_tell_where_the_project_lies(string project, string path, string expected)
        => Assert.Equal(expected, ModelManifest.Parse("path=" + path + "\nproject-directory=" + project)!.ProjectPath);

    [Theory]
    [InlineData("")]
    [InlineData("nothing")]
    [InlineData("sha256=ab")]
    public void A_text_without_a_path_is_no_manifest(string text) => Assert.Null(ModelManifest.Parse(text));

    [Fact]
    public void Manifests_that_say_the_same_are_equal()
    {
        Assert.Equal(ModelManifest.Parse("path=/a.onnx\nsha256=ab\n"), ModelManifest.Parse("path=/a.onnx\r\nsha256=ab"));
        Assert.NotEqual(ModelManifest.Parse("path=/a.onnx\nsha256=ab"), ModelManifest.Parse("path=/a.onnx\nsha256=ac"));
    }
}
