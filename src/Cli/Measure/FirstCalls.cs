using System;
using RedGen.Cli.Execution;
using RedGen.Cli.Output;

namespace RedGen.Cli.Measure;

/// <summary>Microseconds until a process has its first result, most of them the JIT's.</summary>
/// <param name="Cold">The first call, nothing prepared.</param>
/// <param name="Warmup">Warmup, in its place.</param>
/// <param name="Warm">The first call behind Warmup.</param>
internal sealed record FirstCalls(double Cold, double Warmup, double Warm)
{
    /// <summary>Measures; the model must not have run.</summary>
    /// <exception cref="ToolException">A model may throw for values that it cannot take: an index, a branch that does not fit the shapes.</exception>
    public static FirstCalls Measure(ModelProgram program, byte[][] inputs, byte[][] outputs)
    {
        try
        {
            double cold = Stopwatches.Time(() => program.Predict(inputs, outputs), 1);
            ModelAdapter again = program.LoadAgain();
            double warmup = Stopwatches.Time(again.Warmup, 1);
            return new FirstCalls(cold, warmup, Stopwatches.Time(() => again.Predict(inputs, outputs), 1));
        }
        catch (ArgumentException refused)
        {
            throw new ToolException("the model does not take the inputs that bench makes (floats between -1 and 1, zeros for other types): " + refused.Message);
        }
    }
}
