using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Quantised;

/// <summary>What types and shapes follow, and what is said where parameters do not fit.</summary>
public sealed class QuantisedInferenceTests
{
    private static readonly (string Name, Action<OnnxModelWriter> Write, string Expected)[] Rows =
    [
        ("uint8 is the default", m => X(m, 2, 3).Initializer("s", [1f]).Node("QuantizeLinear", "x,s", "y"), "uint8 2×3"),
        ("the zero point's type", m => X(m, 2, 3).Initializer("s", [1f]).Input("z", ElementType.Int8).Node("QuantizeLinear", "x,s,z", "y"), "int8 2×3"),
        ("a type by attribute", m => X(m.Opset(21), 2).Initializer("s", [1f]).Node("QuantizeLinear", "x,s", "y", n => n.Int("output_dtype", (long)ElementType.Int16)), "int16 2"),
        ("two types", m => X(m.Opset(21), 2).Initializer("s", [1f]).Input("z", ElementType.Int8).Node("QuantizeLinear", "x,s,z", "y", n => n.Int("output_dtype", (long)ElementType.Int16)), "RG0009"),
        ("16 bits before opset 21", m => X(m.Opset(19), 2).Initializer("s", [1f]).Input("z", ElementType.Int16).Node("QuantizeLinear", "x,s,z", "y"), "RG0008"),
        ("scales that do not fit the axis", m => X(m.Opset(13), 2, 3).Initializer("s", [1f, 2f], 2).Node("QuantizeLinear", "x,s", "y"), "RG0011"),
        ("an axis outside", m => X(m.Opset(13), 2, 3).Initializer("s", [1f, 2f], 2).Node("QuantizeLinear", "x,s", "y", n => n.Int("axis", 2)), "RG0011"),
        ("several scales in opset 10", m => X(m.Opset(10), 2, 3).Initializer("s", [1f, 2f, 3f], 3).Node("QuantizeLinear", "x,s", "y"), "RG0011"),
        ("a zero point of another shape", m => X(m.Opset(13), 2, 3).Initializer("s", [1f, 2f, 3f], 3).Input("z", ElementType.Int8, 2).Node("QuantizeLinear", "x,s,z", "y"), "RG0011"),
        ("blocks", m => X(m.Opset(21), 2, 5).Input("s", ElementType.Float32, 2, 3).Node("QuantizeLinear", "x,s", "y", n => n.Int("block_size", 2)), "uint8 2×5"),
        ("blocks that do not fit", m => X(m.Opset(21), 2, 5).Input("s", ElementType.Float32, 2, 2).Node("QuantizeLinear", "x,s", "y", n => n.Int("block_size", 2)), "RG0011"),
        ("a negative block", m => X(m.Opset(21), 2, 5).Input("s", ElementType.Float32, 2, 2).Node("QuantizeLinear", "x,s", "y", n => n.Int("block_size", -2)), "RG0009"),
        ("the scale's type", m => m.Opset(19).Input("x", ElementType.Int8, 4).Initializer("s", Tensor.FromSpan<short>(ElementType.Float16, [0x3C00])).Node("DequantizeLinear", "x,s", "y"), "float16 4"),
        ("two types of integers", m => m.Input("x", ElementType.Int8, 4).Initializer("s", [1f]).Input("z", ElementType.UInt8).Node("DequantizeLinear", "x,s,z", "y"), "RG0008"),
        ("a product of integers", m => m.Input("a", ElementType.UInt8, 3, 4).Input("b", ElementType.Int8, 4, 5).Node("MatMulInteger", "a,b", "y"), "int32 3×5"),
        ("a product that does not fit", m => m.Input("a", ElementType.UInt8, 3, 4).Input("b", ElementType.Int8, 5, 5).Node("MatMulInteger", "a,b", "y"), "RG0011"),
        ("a product of 16 bits", m => m.Input("a", ElementType.UInt16, 3, 4).Input("b", ElementType.Int8, 4, 5).Node("MatMulInteger", "a,b", "y"), "RG0008"),
        ("zero points a row", m => m.Input("a", ElementType.UInt8, 3, 4).Input("b", ElementType.Int8, 4, 5).Input("z", ElementType.UInt8, 4).Node("MatMulInteger", "a,b,z", "y"), "RG0011"),
        ("a convolution of integers", m => m.Input("x", ElementType.UInt8, 1, 2, 5, 5).Input("w", ElementType.Int8, 3, 2, 3, 3).Node("ConvInteger", "x,w", "y"), "int32 1×3×3×3"),
        ("a convolution of other channels", m => m.Input("x", ElementType.UInt8, 1, 3, 5, 5).Input("w", ElementType.Int8, 3, 2, 3, 3).Node("ConvInteger", "x,w", "y"), "RG0011"),
        ("dynamic quantisation", m => X(m, 2, 3).Node("DynamicQuantizeLinear", "x", "y,s,z"), "uint8 2×3"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Type_or_diagnostic(string name)
    {
        (_, Action<OnnxModelWriter> write, string expected) = Rows.Single(r => r.Name == name);
        var writer = new OnnxModelWriter();
        write(writer);
        CompilationResult result = ModelCompiler.Compile(writer.Output("y").ToSource(), TestOptions.Exact);
        IEnumerable<string> errors = result.Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d.Id).Distinct();
        Assert.Equal(expected, result.Plan is { } plan ? plan.Graph.TypeOf("y")!.ToString() : string.Join(" ", errors));
    }

    private static OnnxModelWriter X(OnnxModelWriter model, params int[] lengths) => model.Input("x", ElementType.Float32, [.. lengths.Select(d => (OnnxDim)(long)d)]);
}
