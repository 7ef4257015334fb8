using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.ControlFlow;

/// <summary>Loops as exporters write them, against the same computation in C#.</summary>
public sealed class RealisticLoopTests
{
    private const int Vocabulary = 11;
    private const int Width = 6;
    private const int MostTokens = 8;

    private static readonly Tensor True = new(ElementType.Bool, [], new byte[] { 1 });

    [Fact]
    public void A_greedy_decoder_stops_at_its_end_token()
    {
        float[] embedding = Weights(1, Vocabulary * Width), recurrent = Weights(2, Width * Width), output = Weights(3, Width * Vocabulary);
        OnnxModelWriter writer = new OnnxModelWriter().Input("start", ElementType.Int64).Input("h0", ElementType.Float32, 1, Width).Input("end", ElementType.Int64)
            .Initializer("most", [(long)MostTokens]).Initializer("true", True).Initializer("none", Enumerable.Repeat(-1L, MostTokens).ToArray(), MostTokens)
            .Initializer("embedding", embedding, Vocabulary, Width).Initializer("w", recurrent, Width, Width).Initializer("o", output, Width, Vocabulary)
            .Initializer("first", [0L], 1)
            .Node("Loop", "most,true,start,h0,none", "last,h,tokens", n => n.Graph("body", g => g
                .Input("i", ElementType.Int64).Input("go", ElementType.Bool).Input("token", ElementType.Int64).Input("state", ElementType.Float32, 1, Width).Input("sofar", ElementType.Int64, MostTokens)
                .Node("Gather", "embedding,token", "e").Node("MatMul", "state,w", "r").Node("Add", "e,r", "s").Node("Tanh", "s", "next")
                .Node("MatMul", "next,o", "logits").Node("ArgMax", "logits", "best", a => a.Int("axis", 1).Int("keepdims", 0)).Node("Squeeze", "best,first", "chosen")
                .Node("Unsqueeze", "i,first", "at").Node("ScatterElements", "sofar,at,best", "written")
                .Node("Equal", "chosen,end", "ended").Node("Not", "ended", "proceed")
                .Output("proceed").Output("chosen").Output("next").Output("written")))
            .Output("tokens").Output("h");
        using CompiledModel model = CompiledModel.Compile(writer, TestOptions.Exact);
        int stopped = 0;
        for (int end = 0; end < Vocabulary; end++)
        {
            ReferenceTensor h0 = RandomTensor.Of(ElementType.Float32, end, 1, Width);
            ReferenceTensor[] inputs = [Integer(end % 4), h0, Integer(end)];
            model.AssertAgrees(1e-4, 1e-5, inputs);
            long[] tokens = Decode(embedding, recurrent, output, h0.Reals!, end % 4, end);
            Assert.Equal(tokens, model.Run(inputs)[0].Integers);
            Assert.Equal(0, model.AllocatedBytes(inputs));
            if (tokens.Contains(-1)) stopped++;
        }

        Assert.InRange(stopped, 1, Vocabulary - 1);
    }

    [Fact]
    public void An_integrator_runs_until_its_step_is_small()
    {
        // Newton's law of cooling by Euler's method: x += dt · rate · (target − x).
        OnnxModelWriter writer = new OnnxModelWriter().Input("x0", ElementType.Float64, 4).Input("target", ElementType.Float64, 4).Input("most", ElementType.Int64)
            .Initializer("rate", Real(0.125)).Initializer("eps", Real(0.25)).Initializer("true", True).Initializer("zero", [0L]).Initializer("one", [1L])
            .Node("Loop", "most,true,x0,zero", "x,steps", n => n.Graph("body", g => g
                .Input("i", ElementType.Int64).Input("go", ElementType.Bool).Input("x_in", ElementType.Float64, 4).Input("count", ElementType.Int64)
                .Node("Sub", "target,x_in", "d").Node("Mul", "d,rate", "step").Node("Add", "x_in,step", "x_out").Node("Add", "count,one", "counted")
                .Node("Abs", "step", "size").Node("ReduceMax", "size", "largest", a => a.Int("keepdims", 0)).Node("Greater", "largest,eps", "far")
                .Output("far").Output("x_out").Output("counted")))
            .Output("x").Output("steps");
        using CompiledModel model = CompiledModel.Compile(writer, TestOptions.Exact);
        foreach (long most in new[] { 0L, 1, 5, 1000, long.MaxValue })
        {
            ReferenceTensor x = RandomTensor.Of(ElementType.Float64, 7, 4), target = RandomTensor.Of(ElementType.Float64, 8, 4);
            for (int i = 0; i < 4; i++) target.Reals![i] *= 20;
            model.AssertAgrees(0, 0, x, target, Integer(most));
            double[] expected = [.. x.Reals!];
            long steps = 0;
            for (double largest = 1; steps < most && largest > 0.25; steps++)
            {
                largest = 0;
                for (int i = 0; i < 4; i++)
                {
                    double step = (target.Reals![i] - expected[i]) * 0.125;
                    expected[i] += step;
                    largest = Math.Max(largest, Math.Abs(step));
                }
            }

            ReferenceTensor[] actual = model.Run(x, target, Integer(most));
            Assert.Equal(expected, actual[0].Reals);
            Assert.Equal(steps, actual[1].Integers![0]);
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(-1, true)]
    public void A_recurrent_network_is_a_Scan(long axis, bool reversed)
    {
        const int Length = 5;
        float[] input = Weights(4, Width * Width), recurrent = Weights(5, Width * Width);
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, axis == 0 ? [Length, 2, Width] : axis == 1 ? [2, Length, Width] : [2, Width, Length]).Input("h0", ElementType.Float32, 2, Width)
            .Initializer("w", input, Width, Width).Initializer("r", recurrent, Width, Width)
            .Node("Scan", "h0,x", "h,all", n => n.Int("num_scan_inputs", 1).Ints("scan_input_axes", axis).Ints("scan_output_axes", axis)
                .Ints("scan_input_directions", reversed ? 1 : 0).Ints("scan_output_directions", reversed ? 1 : 0)
                .Graph("body", g => g.Input("state", ElementType.Float32, 2, Width).Input("slice", ElementType.Float32, 2, Width)
                    .Node("MatMul", "slice,w", "a").Node("MatMul", "state,r", "b").Node("Add", "a,b", "s").Node("Tanh", "s", "next").Output("next").Output("next")))
            .Output("h").Output("all");
        using CompiledModel model = CompiledModel.Compile(writer, TestOptions.Exact);
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 9, model.Inputs[0].Shape!.ToArray()), h = RandomTensor.Of(ElementType.Float32, 10, 2, Width);
        model.AssertAgrees(1e-5, 1e-6, x, h);
        Assert.Equal(0, model.AllocatedBytes(x, h));

        double[] state = [.. h.Reals!];
        for (int t = 0; t < Length; t++)
        {
            int at = reversed ? Length - 1 - t : t;
            double Slice(int row, int column) => x.Reals![axis == 0 ? (((at * 2) + row) * Width) + column : axis == 1 ? (((row * Length) + at) * Width) + column : (((row * Width) + column) * Length) + at];
            state = [.. Enumerable.Range(0, 2 * Width).Select(i => Math.Tanh(Enumerable.Range(0, Width).Sum(k => (Slice(i / Width, k) * input[(k * Width) + (i % Width)]) + (state[(i / Width * Width) + k] * recurrent[(k * Width) + (i % Width)]))))];
        }

        double[] final = model.Run(x, h)[0].Reals!;
        for (int i = 0; i < final.Length; i++) Assert.Equal(state[i], final[i], 1e-4);
    }

    private static long[] Decode(float[] embedding, float[] recurrent, float[] output, double[] state, long token, long end)
    {
        long[] tokens = [.. Enumerable.Repeat(-1L, MostTokens)];
        for (int i = 0; i < MostTokens; i++)
        {
            double[] before = state;
            long read = token;
            state = [.. Enumerable.Range(0, Width).Select(j => Math.Tanh(embedding[(read * Width) + j] + Enumerable.Range(0, Width).Sum(k => before[k] * recurrent[(k * Width) + j])))];
            double[] after = state;
            token = Enumerable.Range(0, Vocabulary).MaxBy(v => Enumerable.Range(0, Width).Sum(k => after[k] * output[(k * Vocabulary) + v]));
            tokens[i] = token;
            if (token == end) break;
        }

        return tokens;
    }

    private static float[] Weights(int seed, int count) => [.. RandomTensor.Of(ElementType.Float32, seed, count).Reals!.Select(r => (float)r)];

    private static ReferenceTensor Integer(long value) => new(ElementType.Int64, [], [value]);

    private static Tensor Real(double value) => new ReferenceTensor(ElementType.Float64, [], [value]).ToTensor();
}
