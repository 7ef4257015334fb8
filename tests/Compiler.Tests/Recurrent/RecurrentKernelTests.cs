using System;
using System.Collections.Generic;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Recurrent;

/// <summary>Generated code of LSTM, GRU and RNN against the reference interpreter.</summary>
public sealed class RecurrentKernelTests
{
    [Theory]
    [InlineData("LSTM", 100)]
    [InlineData("GRU", 80)]
    [InlineData("RNN", 60)]
    public void Generated_code_computes_what_the_operators_mean(string op, int count)
    {
        using var batch = new ModelBatch();
        var models = new List<(RandomRecurrent Random, CompiledModel Compiled)>();
        for (int seed = 0; seed < count; seed++)
        {
            var random = new RandomRecurrent(op, seed);
            models.Add((random, batch.Add($"{op} {seed} ({random.Type})", random.Writer, TestOptions.Exact)));
        }

        batch.Build();
        foreach ((RandomRecurrent random, CompiledModel compiled) in models)
        {
            double tolerance = random.Type == ElementType.BFloat16 ? 1.6e-2 : random.Type == ElementType.Float16 ? 2e-3 : random.Type == ElementType.Float64 ? 1e-12 : 2e-5;
            compiled.AssertAgrees(tolerance, tolerance, [.. random.Values]);
        }
    }

    [Theory]
    [InlineData("LSTM", 4)]
    [InlineData("GRU", 3)]
    [InlineData("RNN", 1)]
    public void A_step_allocates_nothing(string op, int gates)
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 5, 1, 6)
            .Initializer("w", new float[gates * 8 * 6], 1, gates * 8, 6).Initializer("r", new float[gates * 8 * 8], 1, gates * 8, 8)
            .Node(op, "x,w,r", "y").Output("y"));
        Assert.Equal(0, model.AllocatedBytes(RandomTensor.Of(ElementType.Float32, 1, 5, 1, 6)));
    }

    [Fact]
    public void A_sequence_length_of_run_time_outside_the_steps_is_refused()
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 3, 2, 1).Input("n", ElementType.Int32, 2)
            .Initializer("w", [1f], 1, 1, 1).Initializer("r", [1f], 1, 1, 1).Node("RNN", "x,w,r,,n", "y").Output("y"));
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 3, 2, 1);
        foreach (long wrong in new[] { -1L, 4L, int.MinValue, int.MaxValue })
        {
            var lengths = new ReferenceTensor(ElementType.Int32, [2], [1L, wrong]);
            Assert.Throws<ArgumentOutOfRangeException>(() => model.Run(x, lengths));
            Assert.Throws<ArgumentException>(() => model.RunReference(x, lengths));
        }
    }
}
