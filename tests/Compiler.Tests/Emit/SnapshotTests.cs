using System;
using System.IO;
using System.Text.RegularExpressions;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Emit;

/// <summary>
/// What generated code looks like. The weights of models that are not ours stay out of the repository: their literals are
/// written as <c>#</c>.
/// </summary>
public sealed partial class SnapshotTests
{
    [Fact]
    public void Digits_CNN() => SnapshotAssert.Match(Code(ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()), "Digits"));

    [SharedFact("models/sine-tinyml")]
    public void A_sine_for_a_processor_without_SIMD_has_no_weight_array_and_no_loop()
    {
        CompilationResult result = ModelCompiler.Compile(Load("sine-tinyml"), TestOptions.Exact with { ClassName = "Sine", Namespace = "Examples", Lowering = Lowering.Scalar });
        GeneratedSource source = Assert.Single(result.Sources);
        Assert.Equal("Sine.g.cs", source.HintName);
        string code = source.Text;
        Assert.DoesNotContain("for (", code.Substring(code.IndexOf("The layers, one after the other", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("Weights.", code, StringComparison.Ordinal);
        SnapshotAssert.Match(WithoutLiterals(code));
    }

    [SharedFact("models/rl-cartpole")]
    public void A_policy_mixes_unrolled_and_vector_layers() => SnapshotAssert.Match(WithoutLiterals(Code(Load("rl-cartpole"), "CartPole")));

    [SharedFact("models/cifar10-resnet20-bn")]
    public void ResNet20_is_loops_over_kernels() => SnapshotAssert.Match(WithoutLiterals(Code(Load("cifar10-resnet20-bn"), "ResNet20")));

    private static ModelSource Load(string name) => SharedData.Load(Path.Combine(SharedData.Root, "models", name, "model.onnx"));

    private static string Code(ModelSource source, string className)
    {
        CompilationResult result = ModelCompiler.Compile(source, TestOptions.Exact with { ClassName = className, Namespace = "Examples" });
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return result.Sources[0].Text;
    }

    private static string WithoutLiterals(string code) => Literal().Replace(code, "#");

    [GeneratedRegex(@"(?<![\w.])\d+(\.\d+)?(E[-+]\d+)?f\b")]
    private static partial Regex Literal();
}
