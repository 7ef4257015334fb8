using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;

namespace RedGen.TestKit;

/// <summary>What a run of <see cref="FuzzHarness"/> found.</summary>
/// <param name="Cases">The cases that ran.</param>
/// <param name="Elapsed">The whole time.</param>
/// <param name="LongestCase">The time of the slowest case.</param>
/// <param name="MostAllocated">The most bytes that one case allocated, garbage included: never less than its peak.</param>
/// <param name="Failures">One line a failed case, which names the file that holds its bytes.</param>
public sealed record FuzzReport(int Cases, TimeSpan Elapsed, TimeSpan LongestCase, long MostAllocated, IReadOnlyList<string> Failures)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cases} cases in {Elapsed.TotalSeconds:F1} s, longest {LongestCase.TotalMilliseconds:F0} ms, most allocated {MostAllocated / 1048576.0:F1} MB, peak working set of the process {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB, {Failures.Count} failures");
}

/// <summary>
/// Feeds bytes to a function that must survive them: no exception, no hang, bounded memory. Cases run one after the other on
/// a thread of their own with a stack as small as a compiler's worker has, so that deep recursion shows.
/// </summary>
public sealed class FuzzHarness(Action<byte[]> target)
{
    private const int StackBytes = 1 << 20;
    private const int MaxFailures = 20;

    private readonly List<string> _failures = [];
    private long _longestTicks;
    private long _mostAllocated;
    private long _caseStarted;
    private int _cases;

    /// <summary>The number of cases to run: the environment variable REDGEN_FUZZ_CASES, or a quick one.</summary>
    public static int CasesFromEnvironment(int quick)
        => int.TryParse(Environment.GetEnvironmentVariable("REDGEN_FUZZ_CASES"), NumberStyles.None, CultureInfo.InvariantCulture, out int cases) ? cases : quick;

    /// <summary>The bytes that a case may allocate, by the size of its file.</summary>
    public Func<int, long> MemoryLimit { get; init; } = static size => (10L * size) + (64L << 20);

    /// <summary>The time that a case may take. A case far beyond it is taken for a hang, and ends the run.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Runs the cases.</summary>
    public FuzzReport Run(IEnumerable<byte[]> cases)
    {
        var watch = Stopwatch.StartNew();
        byte[] current = [];
        Exception? broken = null;
        var worker = new Thread(
            () =>
            {
                try
                {
                    foreach (byte[] bytes in cases)
                    {
                        current = bytes;
                        RunCase(bytes);
                        if (_failures.Count >= MaxFailures) break;
                    }
                }
#pragma warning disable CA1031 // an exception of the thread would end the process; this one is the cases' own
                catch (Exception e)
#pragma warning restore CA1031
                {
                    broken = e;
                }
            },
            StackBytes)
        { IsBackground = true };
        worker.Start();
        while (!worker.Join(TimeSpan.FromSeconds(1)))
        {
            long started = Interlocked.Read(ref _caseStarted);
            if (started == 0 || Stopwatch.GetElapsedTime(started) < TimeLimit * 6) continue;
            Fail(current, "hangs");
            break;
        }

        if (broken is not null) throw new InvalidOperationException("The cases cannot be made.", broken);
        return new FuzzReport(_cases, watch.Elapsed, Stopwatch.GetElapsedTime(0, _longestTicks), _mostAllocated, [.. _failures]);
    }

    private void RunCase(byte[] bytes)
    {
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        Interlocked.Exchange(ref _caseStarted, started);
        try
        {
            target(bytes);
        }
#pragma warning disable CA1031 // any exception is what we look for
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(bytes, e.GetType().Name + ": " + e.Message);
        }

        Interlocked.Exchange(ref _caseStarted, 0);
        long ticks = Stopwatch.GetTimestamp() - started;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        _cases++;
        _longestTicks = Math.Max(_longestTicks, ticks);
        _mostAllocated = Math.Max(_mostAllocated, allocated);
        if (Stopwatch.GetElapsedTime(0, ticks) > TimeLimit && Again(bytes) > TimeLimit) Fail(bytes, "takes " + Stopwatch.GetElapsedTime(0, ticks));
        if (allocated > MemoryLimit(bytes.Length) && PeakLive(bytes) is { } live && live > MemoryLimit(bytes.Length))
            Fail(bytes, $"holds {live >> 20} MB for a file of {bytes.Length} bytes");
    }

    /// <summary>The shorter of two more runs: a machine that does other work too makes any case slow once.</summary>
    private TimeSpan Again(byte[] bytes)
    {
        TimeSpan shortest = TimeSpan.MaxValue;
        for (int i = 0; i < 2; i++)
        {
            var watch = Stopwatch.StartNew();
            Survive(bytes);
            if (watch.Elapsed < shortest) shortest = watch.Elapsed;
        }

        return shortest;
    }

    /// <summary>
    /// Runs a case again that allocated much, most of it garbage perhaps, and collects beside it all the time: what is left
    /// after a collection is what the case holds on to.
    /// </summary>
    private long PeakLive(byte[] bytes)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long peak = 0;
        using var ended = new ManualResetEventSlim();
        var sampler = new Thread(() =>
        {
            while (!ended.Wait(TimeSpan.FromMilliseconds(5)))
            {
                GC.Collect();
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false) - before);
            }
        });
        sampler.Start();
        Survive(bytes);
        ended.Set();
        sampler.Join();
        return peak;
    }

    private void Survive(byte[] bytes)
    {
        try
        {
            target(bytes);
        }
#pragma warning disable CA1031 // reported by the first run
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private void Fail(byte[] bytes, string how)
    {
        string folder = Path.Combine(Path.GetTempPath(), "redgen-fuzz");
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, "case-" + _cases.ToString(CultureInfo.InvariantCulture) + ".onnx");
        File.WriteAllBytes(file, bytes);
        lock (_failures) _failures.Add(file + " " + how);
    }
}
