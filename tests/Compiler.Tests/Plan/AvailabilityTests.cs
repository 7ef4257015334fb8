using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Plan;

/// <summary>Code can set what no text of an option stands for; the compiler refuses it.</summary>
public sealed class AvailabilityTests
{
    [Theory]
    [InlineData((Profile)9, FloatMode.Fast, "RedGenProfile='9' is not understood: this is not available in this version of RedGen; accepted: ")]
    public void What_is_not_available_is_RG0017(Profile profile, FloatMode mode, string message)
    {
        CompilationResult result = ModelCompiler.Compile(ModelSource.FromBytes("m.onnx", DigitsAssets.Mlp()), TestOptions.Exact with { Profile = profile, Float = mode });
        Assert.False(result.Success);
        Assert.Empty(result.Sources);
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("RG0017", diagnostic.Id);
        Assert.Contains(message, diagnostic.Message, System.StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_loops_have_one_order_anyhow()
        => Assert.True(ModelCompiler.Compile(ModelSource.FromBytes("m.onnx", DigitsAssets.Mlp()), TestOptions.Exact with { Profile = Profile.Micro, Float = FloatMode.Strict }).Success);
}
