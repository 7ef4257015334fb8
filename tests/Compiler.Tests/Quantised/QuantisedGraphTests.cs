using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
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
        ExecutionPlan plan = ModelCompiler.Compile(model.Writer.ToSource(), TestOptions.Exact).Plan!;
        Step step = Assert.Single(plan.Root.Steps, s => !s.IsView);
        Assert.Equal(kernel, step.Kernel);
        Assert.All(plan.Buffers.Values.Where(b => b.Storage == Storage.Arena), b => Assert.NotEqual(ElementType.Float32, b.ElementType));
    }

    [Fact]
    public void Moves_between_equal_scales_need_no_floats()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Int8, 2, 3, 4, 4).Initializer("s", [0.1f]).Initializer("z", Tensor.FromSpan<sbyte>(ElementType.Int8, [5]))
            .Node("DequantizeLinear", "x,s,z", "a").Node("MaxPool", "a", "b", n => n.Ints("kernel_shape", 2, 2)).Node("Transpose", "b", "c", n => n.Ints("perm", 0, 2, 3, 1))
            .Node("QuantizeLinear", "c,s,z", "y").Output("y");
        ExecutionPlan plan = ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact).Plan!;
        Assert.Equal(["MaxPool", "Transpose"], plan.Root.Steps.Where(s => !s.IsView).Select(s => s.Nodes[0].Operator.Name));
    }

    [Fact]
    public void Weights_stay_bytes()
    {
        var model = new QuantisedModel(new Random(1));
        OnnxModelWriter writer = model.Writer.Input("x", ElementType.Float32, 1, 64).Initializer("s", [0.1f]).Initializer("w", Tensor.FromSpan<sbyte>(ElementType.Int8, new sbyte[64 * 100], 64, 100))
            .Node("QuantizeLinear", "x,s", "q").Node("DequantizeLinear", "q,s", "d").Node("DequantizeLinear", "w,s", "e").Node("MatMul", "d,e", "m").Node("QuantizeLinear", "m,s", "r").Node("DequantizeLinear", "r,s", "y").Output("y");
        ExecutionPlan plan = ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact).Plan!;
        Assert.InRange(plan.WeightBytes, 6400, 6500);
        Assert.InRange(plan.Parameters, 6400, 6410);
    }
}
