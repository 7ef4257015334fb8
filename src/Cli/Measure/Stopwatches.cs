using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime;
using System.Threading;

namespace RedGen.Cli.Measure;

/// <summary>Times of one contender, microseconds a call.</summary>
/// <param name="Min">The shortest.</param>
/// <param name="Median">The median.</param>
/// <param name="Samples">How many measurements.</param>
internal sealed record Times(double Min, double Median, int Samples)
{
    /// <summary>Sums up measurements.</summary>
    public static Times Of(List<double> samples)
    {
        samples.Sort();
        return new Times(samples[0], samples[samples.Count / 2], samples.Count);
    }
}

/// <summary>
/// Measures contenders in turns within one process, so that whatever the machine does meanwhile hits all of them. Short calls are
/// timed in groups that are long enough for the clock.
/// </summary>
internal static class Stopwatches
{
    /// <summary>The least time of one measurement: the clock's step and the loop vanish in it.</summary>
    private const double GroupMicroseconds = 50;

    private const int FewestSamples = 20;

    /// <summary>Rounds of calls without compilation that end the warm-up.</summary>
    private const int QuietRounds = 4;

    /// <summary>How long a round calls, and how long it then leaves the processor to compilation.</summary>
    private static readonly TimeSpan RoundOfCalls = TimeSpan.FromMilliseconds(150);

    /// <summary>The processor time that the process must have had in those rounds: a little less than they call.</summary>
    private static readonly TimeSpan LeastUsed = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Calls until tiered compilation has put the last tier in place: it counts 30 calls once nothing new has started for a while, and compiles in the
    /// background, behind what else of this process is waiting. Done when several rounds of calls have made it compile nothing, rounds in which the
    /// process had the processor: on a busy machine compilation waits as well.
    /// </summary>
    public static void WarmUp(Action call)
    {
        long begin = Stopwatch.GetTimestamp();
        TimeSpan used = TimeSpan.Zero;
        for (int quiet = 0; (quiet < QuietRounds || used < LeastUsed) && Stopwatch.GetElapsedTime(begin) < LongestWarmUp;)
        {
            long compiled = JitInfo.GetCompiledMethodCount();
            TimeSpan before = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < 40 || Stopwatch.GetElapsedTime(start) < RoundOfCalls; i++)
            {
                call();
                if (i >= 2 && Stopwatch.GetElapsedTime(start).TotalSeconds > 3) break;
            }

            Thread.Sleep(RoundOfCalls);
            bool isQuiet = JitInfo.GetCompiledMethodCount() == compiled;
            quiet = isQuiet ? quiet + 1 : 0;
            used = isQuiet ? used + (Environment.CpuUsage.TotalTime - before) : TimeSpan.Zero;
        }
    }

    /// <summary>Measures.</summary>
    /// <param name="contenders">What to call; all warmed up.</param>
    /// <param name="seconds">How long all together.</param>
    public static Times[] Measure(Action[] contenders, double seconds)
    {
        int[] group = Array.ConvertAll(contenders, GroupOf);
        List<double>[] samples = Array.ConvertAll(contenders, static _ => new List<double>());
        long start = Stopwatch.GetTimestamp();
        while (samples[0].Count < FewestSamples || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            for (int c = 0; c < contenders.Length; c++) samples[c].Add(Time(contenders[c], group[c]));
            if (samples[0].Count >= 3 && Stopwatch.GetElapsedTime(start).TotalSeconds > 10 * seconds) break;
        }

        return Array.ConvertAll(samples, Times.Of);
    }

    /// <summary>Microseconds a call, the mean of a group.</summary>
    public static double Time(Action call, int times)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++) call();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / times;
    }

    private static int GroupOf(Action call)
    {
        int times = 1;
        while (Time(call, times) * times < GroupMicroseconds && times < 1 << 20) times *= 2;
        return times;
    }
}
