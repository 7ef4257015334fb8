using System;
using System.Collections.Generic;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Tests.Quantised;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Micro;

/// <summary>Quantised layers under RedGenProfile=Micro give the very integers of the reference interpreter, as other profiles do.</summary>
public sealed class MicroIntegerTests
{
    private const int CasesPerKind = 16;

    public static TheoryData<string> Kinds => [.. QuantisedGraphs.All.Keys];

    public static TheoryData<string> Operators => ["DynamicQuantizeLinear", "MatMulInteger of dynamic quantisation", "MatMulInteger", "QLinearMatMul", "ConvInteger", "QLinearConv"];

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
            cases.Add((batch.Add($"{kind}, seed {seed}", model.Writer, TestOptions.Exact with { Profile = Profile.Micro, Goal = (OptimiseGoal)(seed % 3) }), model.Inputs));
        }

        batch.Build();
        double tolerance = QuantisedGraphs.IsExact(kind) ? 0 : 1e-3;
        foreach ((CompiledModel model, ReferenceTensor[] inputs) in cases) model.AssertAgrees(tolerance, tolerance, inputs);
    }

    [Theory]
    [MemberData(nameof(Operators))]
    public void Operators_agree_with_the_reference_or_are_refused(string op)
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor[] Inputs)>();
        for (int seed = 0; seed < 2 * CasesPerKind; seed++)
        {
            var model = new QuantisedModel(new Random(seed));
            QuantisedCases.All[op](model);
            CompilerOptions options = TestOptions.Exact with { Profile = Profile.Micro, Optimise = false };
            CompilationResult result = ModelCompiler.Compile(model.Writer.ToSource(), options);
            if (result.Success) cases.Add((batch.Add($"{op}, seed {seed}", model.Writer, options), model.Inputs));
            else Assert.All(result.Diagnostics, static d => Assert.Equal("RG0028", d.Id));
        }

        batch.Build();
        Assert.InRange(cases.Count, CasesPerKind, 2 * CasesPerKind);
        foreach ((CompiledModel model, ReferenceTensor[] inputs) in cases) model.AssertAgrees(0, 0, inputs);
    }

    [Theory]
    [InlineData("Conv", "Micro.IntegerConv")]
    [InlineData("grouped Conv", "Micro.IntegerConv")]
    [InlineData("Gemm", "Micro.IntegerDense")]
    [InlineData("MatMul", "Micro.IntegerDense")]
    public void One_step_computes_the_neighbourhood_in_memory_of_the_callers(string kind, string kernel)
    {
        var model = new QuantisedModel(new Random(3));
        QuantisedGraphs.All[kind](new QuantisedGraphs(model));
        using var compiled = CompiledModel.Compile(model.Writer, TestOptions.Exact with { Profile = Profile.Micro, Runtime = RuntimeMode.Source });
        Assert.Equal(kernel, Assert.Single(compiled.Plan.Root.Steps, static s => !s.IsView).Kernel);
        compiled.AssertAgrees(0, 0, model.Inputs);
        Assert.Equal(0, compiled.AllocatedBytes(model.Inputs));
    }

    [Fact]
    public void Ties_are_decided_as_the_graph_decides_them()
    {
        // Sums that are halves of a step of the result as real numbers; scales that no float holds exactly push them to either side.
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor Input)>();
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            int depth = 1 + random.Next(20);
            var integers = new ReferenceTensor(ElementType.Int8, [depth, 8]);
            for (int i = 0; i < integers.Count; i++) integers.Integers![i] = random.Next(-20, 21);
            float a = 0.1f + (seed * 0.037f), b = 0.3f;
            OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Int8, 64, depth).Initializer("a", [a]).Initializer("b", [b]).Initializer("c", [(float)(2d * a * b)])
                .Initializer("z", Tensor.FromSpan<sbyte>(ElementType.Int8, [(sbyte)random.Next(-9, 9)])).Initializer("w", integers.ToTensor())
                .Node("DequantizeLinear", "x,a,z", "d").Node("DequantizeLinear", "w,b", "e").Node("MatMul", "d,e", "m").Node("QuantizeLinear", "m,c,z", "y").Output("y");
            ReferenceTensor input = new(ElementType.Int8, [64, depth]);
            for (int i = 0; i < input.Count; i++) input.Integers![i] = random.Next(-12, 13);
            cases.Add((batch.Add($"seed {seed}", writer, TestOptions.Exact with { Profile = Profile.Micro }), input));
        }

        batch.Build();
        foreach ((CompiledModel model, ReferenceTensor input) in cases)
        {
            Assert.Contains(model.Plan.Root.Steps, static s => s.Kernel == "Micro.IntegerDense");
            model.AssertAgrees(0, 0, input);
        }
    }
}
