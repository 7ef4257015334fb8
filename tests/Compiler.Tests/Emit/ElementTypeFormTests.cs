using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Emit;

/// <summary>How types that C# lacks stand in generated code.</summary>
public sealed class ElementTypeFormTests
{
    /// <summary>The kernels are internal as source, but a public method can only take a public type.</summary>
    [Theory]
    [InlineData(RuntimeMode.Package)]
    [InlineData(RuntimeMode.Source)]
    public void Bfloat16_is_a_public_struct(RuntimeMode runtime)
    {
        Tensor weights = RandomTensor.Of(ElementType.BFloat16, 2, 40).ToTensor();
        OnnxModelWriter writer = new OnnxModelWriter().IrVersion(10).Opset(24).Input("x", ElementType.BFloat16, 40).Initializer("w", weights)
            .Node("Add", "x,w", "s").Node("Softmax", "s", "y").Output("y");
        using var model = CompiledModel.Compile(writer.ToSource(), TestOptions.Exact with { Runtime = runtime, Accessibility = Accessibility.Public });
        Assert.Contains("public static void Predict(ReadOnlySpan<BFloat16> x, Span<BFloat16> y)", model.Code, StringComparison.Ordinal);
        Assert.Contains("using BFloat16 = global::RedGen.BFloat16;", model.Code, StringComparison.Ordinal);
        Assert.Equal(runtime == RuntimeMode.Source, model.Result.Sources.Any(s => s.HintName == "RedGen.Runtime.BFloat16.g.cs"));
        model.AssertAgrees(1.0 / 128, 1e-4, RandomTensor.Of(ElementType.BFloat16, 1, 40));
    }

    /// <summary>One byte an element, whether a file packs them or not.</summary>
    [Theory]
    [InlineData(ElementType.Int4, "sbyte")]
    [InlineData(ElementType.UInt4, "byte")]
    [InlineData(ElementType.Int2, "sbyte")]
    [InlineData(ElementType.UInt2, "byte")]
    [InlineData(ElementType.Float4E2M1, "byte")]
    [InlineData(ElementType.Float8E4M3FN, "byte")]
    public void Narrow_elements_are_bytes(ElementType type, string csharp)
    {
        OnnxModelWriter writer = new OnnxModelWriter().IrVersion(12).Opset(25).Input("x", type, 3, 3).Initializer("w", RandomTensor.Of(type, 5, 1, 3).ToTensor())
            .Node("Concat", "x,w", "c", n => n.Int("axis", 0)).Node("Transpose", "c", "t", n => n.Ints("perm", 1, 0))
            .Node("Pad", "t,p", "y", n => n.String("mode", "constant")).Initializer("p", [1L, 0L, 0L, 1L], 4).Output("y");
        using var model = CompiledModel.Compile(writer);
        Assert.Contains($"public static void Predict(ReadOnlySpan<{csharp}> x, Span<{csharp}> y)", model.Code, StringComparison.Ordinal);
        model.AssertAgrees(0, 0, RandomTensor.Of(type, 1, 3, 3));
    }

    /// <summary>The bits, whatever the types; C# holds elements below a byte by their value, and bool as 0 or 1.</summary>
    [Fact]
    public void BitCast_keeps_the_bits()
    {
        ElementType[] types =
        [
            ElementType.Float32, ElementType.Int32, ElementType.UInt32, ElementType.Float64, ElementType.Int64, ElementType.Float16, ElementType.BFloat16, ElementType.Int16,
            ElementType.Int8, ElementType.UInt8, ElementType.Float8E4M3FN, ElementType.Bool, ElementType.Int4, ElementType.UInt4, ElementType.Float4E2M1, ElementType.Int2, ElementType.UInt2,
        ];
        using var batch = new ModelBatch();
        foreach (ElementType from in types)
            foreach (ElementType to in types.Where(t => t.Bits() == from.Bits()))
                batch.Add($"{from.Name()} to {to.Name()}", new OnnxModelWriter().IrVersion(13).Opset(26).Input("x", from, 7, 3).Node("BitCast", "x", "y", n => n.Int("to", (long)to)).Output("y"));
        batch.Build();
        foreach (CompiledModel model in batch.Models) model.AssertAgrees(0, 0, RandomTensor.Of(model.Inputs[0].ElementType, 3, 7, 3));
    }

    [Theory]
    [InlineData(ElementType.Int64, "RG0008")]
    [InlineData(ElementType.String, "RG0008")]
    [InlineData((ElementType)77, "RG0009")]
    public void BitCast_to_another_width_ends_in_a_diagnostic(ElementType to, string id)
    {
        OnnxModelWriter model = new OnnxModelWriter().IrVersion(13).Opset(26).Input("x", ElementType.Float32, 3).Node("BitCast", "x", "y", n => n.Int("to", (long)to)).Output("y");
        Assert.Contains(ModelCompiler.Compile(model.ToSource(), TestOptions.Exact).Diagnostics, d => d.Id == id);
    }
}
