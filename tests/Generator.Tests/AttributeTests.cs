using System;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Generator.Tests;

/// <summary>[RedGenModel] completes a class of the user.</summary>
public sealed class AttributeTests
{
    private static readonly byte[] Mlp = DigitsAssets.Mlp();

    [Theory]
    [InlineData("digits.onnx")]
    [InlineData("models/digits.onnx")]
    [InlineData("./models/digits.onnx")]
    [InlineData(@"models\digits.onnx")]
    public void The_class_is_completed(string model)
    {
        using var project = new ConsumerProject();
        project.Model("models/digits.onnx", Mlp)
            .Source($"namespace App {{ /// <summary>x</summary>\n[RedGen.RedGenModel(@\"{model}\")] public static partial class Reader {{ internal const int N = LogitsLength; }} }}");

        GeneratorRun run = project.Run();

        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.CompilerProblems);
        Assert.Contains("App.Reader.g.cs", run.Sources.Keys);
        Assert.DoesNotContain("Consumer.Digits.g.cs", run.Sources.Keys);
        Assert.Equal(Accessibility.Public, run.Compilation.GetTypeByMetadataName("App.Reader")!.DeclaredAccessibility);
    }

    [Fact]
    public void Two_classes_may_come_from_one_model()
    {
        using var project = new ConsumerProject();
        project.Model("digits.onnx", Mlp).Source(
            "using RedGen; [RedGenModel(\"digits.onnx\", Weights = \"Literal\")] static partial class A { } [RedGenModel(\"digits.onnx\", Optimise = false)] static partial class B { }");

        GeneratorRun run = project.Run();

        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.CompilerProblems);
        Assert.Contains("A.g.cs", run.Sources.Keys);
        Assert.Contains("B.g.cs", run.Sources.Keys);
    }

    [Theory]
    [InlineData("static partial class A { }", "other.onnx", "the project has no such model; it has x/digits.onnx, y/digits.onnx")]
    [InlineData("static partial class A { }", "digits.onnx", "more than one model is meant: x/digits.onnx, y/digits.onnx")]
    [InlineData("static class A { }", "x/digits.onnx", "the class 'A' must be declared 'static partial'")]
    [InlineData("partial class A { }", "x/digits.onnx", "the class 'A' must be declared 'static partial'")]
    [InlineData("static partial class A<T> { }", "x/digits.onnx", "has type parameters")]
    public void A_misused_attribute_is_reported_where_it_stands(string declaration, string model, string message)
    {
        using var project = new ConsumerProject();
        project.Model("x/digits.onnx", Mlp).Model("y/digits.onnx", Mlp, "RedGenClassName=Other")
            .Source($"\n[RedGen.RedGenModel(\"{model}\")] {declaration}");

        Diagnostic diagnostic = Assert.Single(project.Run().Diagnostics);

        Assert.Equal("RG0022", diagnostic.Id);
        Assert.Contains(message, diagnostic.GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Equal("Program.cs", diagnostic.Location.GetLineSpan().Path);
        Assert.Equal(1, diagnostic.Location.GetLineSpan().StartLinePosition.Line);
    }

    [Fact]
    public void A_nested_class_is_reported()
    {
        using var project = new ConsumerProject();
        project.Model("digits.onnx", Mlp).Source("static partial class Outer { [RedGen.RedGenModel(\"digits.onnx\")] static partial class A { } }");

        Assert.Contains("nested", Assert.Single(project.Run().Diagnostics).GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_of_the_attribute_goes_before_the_projects()
    {
        using var project = new ConsumerProject();
        project.Model("digits.onnx", Mlp, "RedGenWeights=nonsense").Source("[RedGen.RedGenModel(\"digits.onnx\", Weights = \"String\")] static partial class A { }");

        Assert.Empty(project.Run().Diagnostics);
    }

    [Fact]
    public void A_wrong_option_of_the_attribute_is_reported()
    {
        using var project = new ConsumerProject();
        project.Model("digits.onnx", Mlp).Source("[RedGen.RedGenModel(\"digits.onnx\", Weights = \"Tape\")] static partial class A { }");

        Assert.Equal("RG0017", Assert.Single(project.Run().Diagnostics).Id);
    }

    [Fact]
    public void The_attribute_compiles_as_CSharp_7_3()
    {
        using var project = new ConsumerProject(new ConsumerSettings { Language = LanguageVersion.CSharp7_3 });

        GeneratorRun run = project.Source("class Program { }").Run();

        Assert.Empty(run.CompilerProblems);
        SnapshotAssert.Match(run.Sources["RedGenModelAttribute.g.cs"]);
        Assert.Equal(2, run.Sources.Count(static s => s.Key.EndsWith(".cs", StringComparison.Ordinal)));
    }
}
