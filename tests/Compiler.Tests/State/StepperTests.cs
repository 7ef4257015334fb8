using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.State;

/// <summary>The generated class that carries a model's state from step to step.</summary>
public sealed class StepperTests
{
    private const int Inputs = 3;
    private const int Units = 5;
    private const int Steps = 7;

    [Fact]
    public void Steps_are_the_sequence()
    {
        // The same weights as one layer over all steps.
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 9, Steps, 1, Inputs);
        using var whole = CompiledModel.Compile(Lstm(new OnnxModelWriter().Input("x", ElementType.Float32, Steps, 1, Inputs), "x,w,r", "y").Output("y"));
        float[] expected = [.. whole.Run(x)[0].Reals!.Select(v => (float)v)];

        using GeneratedAssembly cell = Compile(StreamingLstm());
        var run = cell.Method<Func<float[], int, float[]>>("Driver", "Run");
        float[] input = [.. x.Reals!.Select(v => (float)v)];
        float[] actual = run(input, Steps);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-6f);

        // From the beginning again.
        Assert.Equal(actual, run(input, Steps));
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        using GeneratedAssembly cell = Compile(StreamingLstm());
        Assert.Equal(0, cell.Method<Func<long>>("Driver", "Allocated")());
    }

    [Fact]
    public void A_wrong_argument_leaves_the_state()
    {
        using GeneratedAssembly cell = Compile(StreamingLstm());
        Assert.True(cell.Method<Func<bool>>("Driver", "KeepsState")());
    }

    [Fact]
    public void The_state_begins_with_the_value_that_the_model_gives()
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1).Input("h", ElementType.Float32, 1).Initializer("h", [10f], 1)
            .Node("Add", "x,h", "hn").Node("Neg", "hn", "y").Output("y").Output("hn");
        using GeneratedAssembly cell = Compile(model, "h=hn", """
            static class Driver
            {
                static float[] Run()
                {
                    var sum = new Generated.Network.Stepper();
                    float a = sum.Step(new[] { 1f })[0], b = sum.Step(new[] { 2f })[0];
                    sum.Reset();
                    float c = sum.Step(new[] { 4f })[0];
                    sum.H[0] = 100f;
                    return new[] { a, b, c, sum.Step(new[] { 1f })[0] };
                }
            }
            """);
        Assert.Equal([-11f, -13f, -14f, -101f], cell.Method<Func<float[]>>("Driver", "Run")());
    }

    [Fact]
    public void A_step_gives_what_has_a_length_of_run_time_beside_the_state()
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("result", ElementType.Float32, 3).Input("h", ElementType.Float32, 3)
            .Node("Add", "result,h", "hn").Node("NonZero", "hn", "places").Output("places").Output("hn");
        using GeneratedAssembly cell = Compile(model, "", """
            static class Driver
            {
                static int[] Run()
                {
                    var cell = new Generated.Network.Stepper();
                    int first = cell.Step(new[] { 0f, 1f, 0f }).Length, second = cell.Step(new[] { 2f, -1f, 3f }).Length;
                    cell.Reset();
                    return new[] { first, second, cell.Step(new float[3]).Length, (int)cell.H[0] };
                }
            }
            """);
        Assert.Equal([1, 2, 0, 0], cell.Method<Func<int[]>>("Driver", "Run")());
    }

    [Fact]
    public void Names_of_states_meet_no_other()
    {
        // State properties called as the class, its methods and its fields would be.
        OnnxModelWriter model = new OnnxModelWriter();
        foreach (string name in new[] { "x", "_step", "step", "reset", "stepper", "predict" }) model.Input(name, ElementType.Float32, 2);
        foreach (string name in new[] { "step", "reset", "stepper", "predict" }) model.Node("Add", name + ",x", name + "_b").Output(name + "_b");
        model.Node("Add", "x,_step", "y").Output("y");
        using GeneratedAssembly cell = Compile(model, "step=step_b,reset=reset_b,stepper=stepper_b,predict=predict_b", "");
        Assert.NotNull(cell.Assembly.GetType("Generated.Network+Stepper"));
    }

    [Fact]
    public void The_class_of_a_model_is_not_called_as_the_class_in_it()
        => Assert.Equal("StepperModel", ClassNames.FromFileName("stepper.onnx"));

    [Fact]
    public void A_stepper_as_it_is_read()
    {
        CompilationResult result = ModelCompiler.Compile(StreamingLstm().ToSource(), TestOptions.Exact with { Namespace = "Examples", ClassName = "Cell" });
        SnapshotAssert.Match(result.Sources[0].Text);
    }

    private static OnnxModelWriter StreamingLstm()
        => Lstm(new OnnxModelWriter().Input("x", ElementType.Float32, 1, 1, Inputs).Input("h", ElementType.Float32, 1, 1, Units).Input("c", ElementType.Float32, 1, 1, Units), "x,w,r,,,h,c", "y,hn,cn")
            .Output("y").Output("hn").Output("cn");

    private static OnnxModelWriter Lstm(OnnxModelWriter model, string inputs, string outputs) => model
        .Initializer("w", RandomTensor.Of(ElementType.Float32, 1, 1, 4 * Units, Inputs).ToTensor())
        .Initializer("r", RandomTensor.Of(ElementType.Float32, 2, 1, 4 * Units, Units).ToTensor())
        .Node("LSTM", inputs, outputs);

    private static GeneratedAssembly Compile(OnnxModelWriter model) => Compile(model, "", """
        using System;

        static class Driver
        {
            static readonly Generated.Network.Stepper s_cell = new Generated.Network.Stepper();

            static float[] Run(float[] x, int steps)
            {
                s_cell.Reset();
                int inputs = x.Length / steps;
                var y = new float[steps * Generated.Network.YLength];
                for (int t = 0; t < steps; t++)
                    s_cell.Step(x.AsSpan(t * inputs, inputs), y.AsSpan(t * Generated.Network.YLength, Generated.Network.YLength));
                return y;
            }

            static long Allocated()
            {
                var x = new float[Generated.Network.XLength];
                var y = new float[Generated.Network.YLength];
                s_cell.Step(x, y);
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 100; i++) s_cell.Step(x, y);
                s_cell.Reset();
                return GC.GetAllocatedBytesForCurrentThread() - before;
            }

            static bool KeepsState()
            {
                s_cell.Step(new float[Generated.Network.XLength]);
                float[] h = s_cell.H.ToArray(), c = s_cell.C.ToArray();
                try
                {
                    s_cell.Step(new float[1]);
                    return false;
                }
                catch (ArgumentException)
                {
                    return s_cell.H.SequenceEqual(h) && s_cell.C.SequenceEqual(c);
                }
            }
        }
        """);

    private static GeneratedAssembly Compile(OnnxModelWriter model, string state, string driver)
    {
        CompilationResult result = ModelCompiler.Compile(model.ToSource(), TestOptions.Exact with { Namespace = "Generated", ClassName = "Network", State = state });
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return GeneratedAssembly.Compile([.. result.Sources.Select(s => new System.Collections.Generic.KeyValuePair<string, string>(s.HintName, s.Text)), new("Driver.cs", driver)], new ConsumerSettings { IsChecked = true });
    }
}
