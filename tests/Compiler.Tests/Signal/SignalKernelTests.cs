using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Tests.Shaping;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Signal;

/// <summary>Generated code gives what the reference evaluation gives, its parameters being constants or values of run time.</summary>
public sealed class SignalKernelTests
{
    private const int CasesPerOperator = 49;

    private static readonly ElementType[] Types = [ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.Int64, ElementType.UInt8, ElementType.UInt64, ElementType.BFloat16];

    public static TheoryData<string> Operators => [.. SignalCases.All.Keys];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Code_and_reference_agree(string op)
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor[] Inputs, ElementType Type)>();
        foreach ((int seed, ElementType type, OnnxModelWriter writer) in Cases(op))
        {
            CompiledModel compiled = batch.Add($"{op}, seed {seed}, {type}", writer, TestOptions.Exact with { Optimise = seed % 4 < 2 });
            cases.Add((compiled, [.. compiled.Inputs.Select((t, i) => RandomTensor.Of(t.ElementType, seed + i, t.Shape!.ToArray()))], type));
        }

        batch.Build();
        foreach ((CompiledModel model, ReferenceTensor[] inputs, ElementType type) in cases) model.AssertAgrees(Tolerance(op, type), Tolerance(op, type), inputs);
    }

    /// <summary>The parameters become inputs; wrong ones are refused by both.</summary>
    [Theory]
    [InlineData("DFT")]
    [InlineData("STFT")]
    [InlineData("HammingWindow")]
    [InlineData("MelWeightMatrix")]
    [InlineData("TopK")]
    [InlineData("ReverseSequence")]
    [InlineData("CumProd")]
    public void Parameters_may_be_values_of_run_time(string op)
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, RunTimeCase Case, ElementType Type, int Seed)>();
        foreach ((int seed, ElementType type, OnnxModelWriter writer) in Cases(op))
        {
            // Outputs that are left out have no declared shape.
            if (op == "TopK" && writer.ToModel().Graph.Outputs.Length < 2) continue;
            RunTimeCase open = RunTimeCases.Open(writer);
            cases.Add((batch.Add($"{op}, seed {seed}, {type}", open.Source, TestOptions.Exact), open, type, seed));
        }

        batch.Build();
        int refused = 0;
        foreach ((CompiledModel model, RunTimeCase open, ElementType type, int seed) in cases)
        {
            var random = new Random(seed);
            ReferenceTensor[] right = [.. model.Plan.Graph.Inputs.Select(v => open.Parameters.TryGetValue(v.Name, out Tensor? value) ? ReferenceTensor.FromTensor(value)
                : RandomTensor.Of(((TensorType)v.Type!).ElementType, seed, ((TensorType)v.Type).Shape!.ToArray()))];
            model.AssertAgrees(Tolerance(op, type), Tolerance(op, type), right);
            for (int change = 0; change < 8; change++)
            {
                ReferenceTensor[] inputs = [.. right.Select((t, i) => open.Parameters.ContainsKey(model.Plan.Graph.Inputs[i].Name) && t.Integers is not null && random.Next(2) == 0 ? Changed(t, random) : t)];
                bool isRefused = Record.Exception(() => model.RunReference(inputs)) is not null;
                Assert.Equal(isRefused, Record.Exception(() => model.Run(inputs)) is not null);
                refused += isRefused ? 1 : 0;
                if (!isRefused) model.AssertAgrees(Tolerance(op, type), Tolerance(op, type), inputs);
            }
        }

        Assert.True(refused > 0, "no value was wrong");
    }

    [Fact]
    public void A_matrix_product_of_einsum_runs_on_the_matrix_kernel()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("a", ElementType.Float32, 2, 4, 8, 16).Input("b", ElementType.Float32, 2, 4, 9, 16)
            .Node("Einsum", "a,b", "y", n => n.String("equation", "bhid,bhjd->bhij")).Output("y");
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact);
        Assert.Contains(result.Plan!.Root.Steps, s => s.Kernel.StartsWith("MatMul", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Plan.Root.Steps, s => s.Kernel == "Einsum.Loops");
    }

    [Fact]
    public void TopK_ranks_NaN_above_all_and_keeps_the_order_of_equals()
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 7).Initializer("k", [5L], 1)
            .Node("TopK", "x,k", "y,i").Output("y").Output("i"));
        ReferenceTensor[] y = model.Run(new ReferenceTensor(ElementType.Float32, [7], [1, double.NaN, 3, double.PositiveInfinity, 3, double.NaN, 3]));
        Assert.Equal([1L, 5, 3, 2, 4], y[1].Integers!);
        Assert.Equal([double.NaN, double.NaN, double.PositiveInfinity, 3, 3], y[0].Reals!);
    }

    private static IEnumerable<(int Seed, ElementType Type, OnnxModelWriter Writer)> Cases(string op)
    {
        for (int seed = 0; seed < CasesPerOperator; seed++)
        {
            ElementType type = Types[seed % Types.Length];
            if (!SignalCases.Allows(op, type)) continue;
            var writer = new OnnxModelWriter();
            SignalCases.All[op](writer, new Random(seed), type);
            yield return (seed, type, writer);
        }
    }

    private static ReferenceTensor Changed(ReferenceTensor tensor, Random random)
    {
        long[] values = [.. tensor.Integers!];
        if (values.Length > 0) values[random.Next(values.Length)] += random.Next(8) == 0 ? long.MinValue : random.Next(-3, 4);
        return new ReferenceTensor(tensor.ElementType, tensor.Lengths, values);
    }

    private static double Tolerance(string op, ElementType type) => op is "TopK" or "ReverseSequence" ? 0 : type switch
    {
        ElementType.Float64 => 1e-10,
        ElementType.Float16 => 8e-3,
        ElementType.BFloat16 => 4e-2,
        _ => 2e-5,
    };
}
