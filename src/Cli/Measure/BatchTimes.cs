using System;
using System.Linq;
using RedGen.Cli.Execution;
using RedGen.Cli.Output;

namespace RedGen.Cli.Measure;

/// <summary>Times of PredictBatch.</summary>
/// <param name="Count">Runs in a call.</param>
/// <param name="Threads">Threads at most.</param>
/// <param name="One">On one thread.</param>
/// <param name="Many">On several; null where one was asked for.</param>
/// <param name="Ort">Of one run of ONNX Runtime on as many threads; null where it was not measured.</param>
internal sealed record BatchTimes(int Count, int Threads, Times One, Times? Many, Times? Ort)
{
    /// <summary>How many times as fast several threads are as one.</summary>
    public double? Scaling => One.Min / Many?.Min;

    /// <summary>Measures; one and several threads in turns.</summary>
    /// <param name="program">The model.</param>
    /// <param name="inputs">Inputs of one run; a batch repeats them, changed a little each time.</param>
    /// <param name="count">Runs in a call.</param>
    /// <param name="threads">Threads at most.</param>
    /// <param name="seconds">How long all together.</param>
    /// <param name="ort">One run of ONNX Runtime on as many threads; null: not measured.</param>
    /// <exception cref="ToolException">The model has no batches.</exception>
    public static BatchTimes Measure(ModelProgram program, byte[][] inputs, int count, int threads, double seconds, Action? ort)
    {
        if (!program.Result.Plan!.HasBatches) throw new ToolException("the model has no PredictBatch: it has state, no input, or outputs whose lengths are known at run time only");
        byte[][] many = [.. inputs.Select(i => Repeated(i, count))];
        (Action Run, Func<byte[][]> Outputs)[] batches = [.. (threads > 1 ? new[] { 0, threads } : [0]).Select(t => program.Methods.Batch(many, count, t))];
        Action[] contenders = [.. batches.Select(static b => b.Run), .. ort is null ? Array.Empty<Action>() : [ort]];
        foreach (Action contender in contenders) Stopwatches.WarmUp(contender);
        Times[] times = Stopwatches.Measure(contenders, seconds);
        if (batches.Length > 1 && !batches[0].Outputs().Zip(batches[1].Outputs()).All(static p => p.First.AsSpan().SequenceEqual(p.Second)))
            throw new InvalidOperationException("PredictBatch gives other results on several threads");
        return new BatchTimes(count, threads, times[0], batches.Length > 1 ? times[1] : null, ort is null ? null : times[^1]);
    }

    private static byte[] Repeated(byte[] one, int count)
    {
        var all = new byte[checked(one.Length * count)];
        for (int i = 0; i < count; i++) one.CopyTo(all, i * one.Length);
        return all;
    }
}
