using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Generator.Tests;

/// <summary>Names of classes, and odd names of files and folders.</summary>
public sealed class NameTests
{
    [Theory]
    [InlineData("digits.onnx", "Digits")]
    [InlineData("mobilenet-v2_1.0.onnx", "MobilenetV2_1_0")]
    [InlineData("models/sub/ResNet20.ONNX", "ResNet20")]
    [InlineData(@"C:\models\my model (final).onnx", "MyModelFinal")]
    [InlineData("3d-net.onnx", "_3dNet")]
    [InlineData("class.onnx", "Class")]
    [InlineData("größe_ü.onnx", "GrößeÜ")]
    [InlineData("模型.onnx", "模型")]
    [InlineData("😀.onnx", "Model")]
    [InlineData("--.onnx", "Model")]
    [InlineData("a.b.c", "ABC")]
    public void A_class_is_named_from_the_file(string file, string expected) => Assert.Equal(expected, ClassNames.FromFileName(file));

    [Theory]
    [InlineData("My.App", "My.App")]
    [InlineData("my-app.2d", "my_app._2d")]
    [InlineData("a.namespace..b c", "a._namespace.b_c")]
    [InlineData("", "")]
    public void A_root_namespace_becomes_a_CSharp_name(string root, string expected) => Assert.Equal(expected, ClassNames.NamespaceFrom(root));

    [Theory]
    [InlineData("Net", true)]
    [InlineData("_1", true)]
    [InlineData("1a", false)]
    [InlineData("class", false)]
    [InlineData("a b", false)]
    [InlineData("", false)]
    public void An_identifier_is_known(string text, bool expected) => Assert.Equal(expected, ClassNames.IsIdentifier(text));

    [Theory]
    [InlineData("a b;c%20#d")]
    [InlineData("ünïcode-模型")]
    [InlineData("it's $(x) @(y) 'q' [z] {w}")]
    public void A_folder_may_have_any_name(string folder)
    {
        using var project = new ConsumerProject(folder: folder);
        project.Model(folder + "/digits.onnx", DigitsAssets.Mlp());

        GeneratorRun run = project.Run();

        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.CompilerProblems);
        Assert.Contains("Consumer.Digits.g.cs", run.Sources.Keys);
    }

    [Fact]
    public void A_file_may_have_any_name()
    {
        using var project = new ConsumerProject();
        project.Model("a;b%41#c d.onnx", DigitsAssets.Mlp());

        Assert.Contains("Consumer.AB41CD.g.cs", project.Run().Sources.Keys);
    }

    [Fact]
    public void A_project_without_root_namespace_gets_a_class_without_namespace()
    {
        using var project = new ConsumerProject();
        project.Model("digits.onnx", DigitsAssets.Mlp()).Manifest("digits.onnx", static m => m with { RootNamespace = "" });

        Assert.NotNull(project.Run().Compilation.GetTypeByMetadataName("Digits"));
    }

    [Fact]
    public void A_model_without_the_targets_is_compiled_too()
    {
        using var project = new ConsumerProject();
        string path = project.File("net.onnx", DigitsAssets.Mlp());
        project.Harness.SetText(path, "binary: never read as text");

        GeneratorRun run = project.Run();

        Assert.Empty(run.Diagnostics);
        Assert.NotNull(run.Compilation.GetTypeByMetadataName("Net"));
    }

    [Fact]
    public void A_linked_model_is_found_by_its_link()
    {
        using var project = new ConsumerProject();
        project.Model("net.onnx", DigitsAssets.Mlp()).Manifest("net.onnx", static m => m with { ProjectDirectory = "/elsewhere", Link = "nets/net.onnx" })
            .Source("[RedGen.RedGenModel(\"nets/net.onnx\")] static partial class A { }");

        Assert.Empty(project.Run().Diagnostics);
    }
}
