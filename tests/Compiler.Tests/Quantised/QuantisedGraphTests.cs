using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Quantised;

/// <summary>What stands between DequantizeLinear and QuantizeLinear is computed on integers, and gives the very integers that the graph gives.</summary>
public sealed class QuantisedGraphTests
{
    private const int CasesPerKind = 40;

    public static TheoryData<string> Kinds => [.. QuantisedGraphs.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Integers_are_those_of_the_graph(string kind)
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor[] Inputs)>();
        for (int seed = 0; seed < CasesPerKind; seed++)
        {
            var model = new QuantisedModel(new Random(seed));
            QuantisedGraphs.All[kind](new QuantisedGraphs(model));
            cases.Add((batch.Add($"{kind}, seed {seed}", model.Writer, TestOptions.Exact), model.Inputs));
        }

        batch.Build();
        double tolerance = QuantisedGraphs.IsExact(kind) ? 0 : 1e-3;
        foreach ((CompiledModel model, ReferenceTensor[] inputs) in cases) model.AssertAgrees(tolerance, tolerance, inputs);
    }

    [Theory]
    [InlineData("Conv", "Conv.Integers")]
    [InlineData("depthwise Conv", "Conv.Integers")]
    [InlineData("Gemm", "Gemm.Integers")]
    [InlineData("MatMul", "Gemm.Integers")]
    [InlineData("AveragePool", "Pool.Integers")]
    [InlineData("GlobalAveragePool", "Pool.Integers")]
    public void One_step_computes_the_neighbourhood(string kind, string kernel)
    {
        var model = new QuantisedModel(new Random(3));
        QuantisedGraphs.All[kind](new QuantisedGraphs(model));
        ExecutionPlan plan = ModelCompiler.Compile(model.Writer.ToSource().InPlanes(), TestOptions.Exact.InPlanes()).Plan!;
        Step step = Assert.Single(plan.Root.Steps, s => !s.IsView);
        Assert.Equal(kernel, step.Kernel);
        Assert.All(plan.Buffers.Values.Where(b => b.Storage == Storage.Arena), b => Assert.NotEqual(ElementType.Float32, b.ElementType));
    }

    [Theory]
    [InlineData("Conv")]
    [InlineData("depthwise Conv")]
    [InlineData("Gemm")]
    [InlineData("residual")]
    public void Kernels_travel_as_source(string kind)
    {
        var model = new QuantisedModel(new Random(5));
        QuantisedGraphs.All[kind](new QuantisedGraphs(model));
        using var compiled = CompiledModel.Compile(model.Writer, TestOptions.Exact with { Runtime = RuntimeMode.Source });
        compiled.AssertAgrees(0, 0, model.Inputs);
        Assert.Equal(0, compiled.AllocatedBytes(model.Inputs));
    }

    [Fact]
    public void Float_layers_beside_integers_are_hashed_still()
    {
        var random = new Random(8);
        float[] weights = [.. Enumerable.Range(0, 64 * 64).Select(_ => (float)random.NextDouble() - 0.5f)];
        sbyte[] integers = [.. Enumerable.Range(0, 64 * 64).Select(_ => (sbyte)random.Next(-128, 128))];
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 64).Initializer("s", [0.01f]).Initializer("z", Tensor.FromSpan<sbyte>(ElementType.Int8, [3])).Initializer("v", weights, 64, 64)
            .Initializer("w", Tensor.FromSpan<sbyte>(ElementType.Int8, integers, 64, 64))
            .Node("QuantizeLinear", "x,s,z", "q").Node("DequantizeLinear", "q,s,z", "d").Node("DequantizeLinear", "w,s", "e").Node("MatMul", "d,e", "m").Node("QuantizeLinear", "m,s,z", "r")
            .Node("DequantizeLinear", "r,s,z", "f").Node("Relu", "f", "g").Node("MatMul", "g,v", "y").Output("y");
        ExecutionPlan plan = ModelCompiler.Compile(writer.ToSource(), new CompilerOptions()).Plan!;
        Step layer = Assert.Single(plan.Root.Steps, s => s.Kernel == "Gemm.Integers");
        Assert.Equal(integers.OrderBy(i => i), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, sbyte>(layer.Weights[0].Data.Span)[..integers.Length].ToArray().OrderBy(i => i));
        Assert.NotEmpty(plan.Reduction.Hashed);
    }

    [Fact]
    public void A_function_of_a_byte_is_a_table()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Int8, 3, 100).Initializer("s", [0.05f]).Initializer("z", Tensor.FromSpan<sbyte>(ElementType.Int8, [-3]))
            .Node("DequantizeLinear", "x,s,z", "a").Node("Sigmoid", "a", "b").Node("QuantizeLinear", "b,s,z", "y").Output("y");
        using var model = CompiledModel.Compile(writer, TestOptions.Exact);
        Assert.Equal("Elementwise.Table", Assert.Single(model.Plan.Root.Steps).Kernel);
        Assert.Equal(256, model.Plan.WeightBytes);
        var all = new ReferenceTensor(ElementType.Int8, [3, 100], [.. Enumerable.Range(0, 300).Select(i => (long)i)]);
        model.AssertAgrees(0, 0, all.Rounded());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_byte_that_a_function_reads_twice_makes_a_table_too(bool isReadElsewhere)
    {
        // x · sigmoid(x), all of it quantised, as exporters write SiLU.
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.UInt8, 3, 100).Initializer("s", [0.05f]).Initializer("z", Tensor.FromSpan<byte>(ElementType.UInt8, [120]))
            .Node("DequantizeLinear", "x,s,z", "a").Node("Sigmoid", "a", "b").Node("QuantizeLinear", "b,s,z", "c").Node("DequantizeLinear", "c,s,z", "d").Node("Mul", "d,a", "e")
            .Node("QuantizeLinear", "e,s,z", "y").Output("y");
        if (isReadElsewhere) writer.Node("Neg", "d", "n").Output("n");
        using var model = CompiledModel.Compile(writer, TestOptions.Exact);
        Assert.Equal(isReadElsewhere, model.Plan.Root.Steps.All(s => s.Kernel != "Elementwise.Table"));
        if (!isReadElsewhere) Assert.Equal(256, model.Plan.WeightBytes);
        var all = new ReferenceTensor(ElementType.UInt8, [3, 100], [.. Enumerable.Range(0, 300).Select(i => (long)i)]);
        model.AssertAgrees(0, 0, all.Rounded());
    }

    [Fact]
    public void Moves_between_equal_scales_need_no_floats()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Int8, 2, 3, 4, 4).Initializer("s", [0.1f]).Initializer("z", Tensor.FromSpan<sbyte>(ElementType.Int8, [5]))
            .Node("DequantizeLinear", "x,s,z", "a").Node("MaxPool", "a", "b", n => n.Ints("kernel_shape", 2, 2)).Node("Transpose", "b", "c", n => n.Ints("perm", 0, 2, 3, 1))
            .Node("QuantizeLinear", "c,s,z", "y").Output("y");
        ExecutionPlan plan = ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact).Plan!;
        // With channels last the Transpose is a view.
        Assert.Equal(["MaxPool"], plan.Root.Steps.Where(s => !s.IsView && !s.Nodes.IsEmpty).Select(s => s.Nodes[0].Operator.Name));
        Assert.All(plan.Buffers.Values, b => Assert.Equal(ElementType.Int8, b.ElementType));
    }

    [Fact]
    public void Packed_weights_of_a_product_stay_packed()
    {
        const int Depth = 256, Columns = 128, Block = 32;
        var random = new Random(4);
        byte[] packed = new byte[Depth * Columns / 2];
        random.NextBytes(packed);
        float[] scales = [.. Enumerable.Range(0, Depth / Block * Columns).Select(_ => 0.01f + (0.01f * (float)random.NextDouble()))];
        OnnxModelWriter writer = new OnnxModelWriter().Opset(21).Input("x", ElementType.Float32, 3, Depth).Initializer("w", new Tensor(ElementType.Int4, [Depth, Columns], packed)).Initializer("s", scales, Depth / Block, Columns)
            .Node("DequantizeLinear", "w,s", "d", n => n.Int("axis", 0).Int("block_size", Block)).Node("MatMul", "x,d", "y").Output("y");
        using var model = CompiledModel.Compile(writer, TestOptions.Exact);
        model.AssertAgrees(1e-4, 1e-4, RandomTensor.Of(ElementType.Float32, 1, 3, Depth));
        Assert.Equal(packed.Length + (4 * scales.Length), model.Plan.WeightBytes);
    }

    [Fact]
    public void Weights_stay_bytes()
    {
        var model = new QuantisedModel(new Random(1));
        OnnxModelWriter writer = model.Writer.Input("x", ElementType.Float32, 1, 64).Initializer("s", [0.1f]).Initializer("w", Tensor.FromSpan<sbyte>(ElementType.Int8, new sbyte[64 * 100], 64, 100))
            .Node("QuantizeLinear", "x,s", "q").Node("DequantizeLinear", "q,s", "d").Node("DequantizeLinear", "w,s", "e").Node("MatMul", "d,e", "m").Node("QuantizeLinear", "m,s", "r").Node("DequantizeLinear", "r,s", "y").Output("y");
        ExecutionPlan plan = ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact).Plan!;
        // Output channels are filled up to 16: 112 of them.
        Assert.InRange(plan.WeightBytes, 64 * 112, (64 * 112) + 100);
        Assert.InRange(plan.Parameters, 6400, 6410);
    }
}
