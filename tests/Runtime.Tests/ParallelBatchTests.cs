using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace RedGen.Runtime.Tests;

public sealed class ParallelBatchTests
{
    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(1, 5, 2)]
    [InlineData(37, 1, 1)]
    [InlineData(37, 1, 3)]
    [InlineData(37, 4, -1)]
    [InlineData(36, 4, 2)]
    [InlineData(5, 1, 64)]
    [InlineData(1000, 7, 4)]
    public void Every_run_is_computed_once(int count, int grain, int threads)
    {
        var times = new int[count];
        ParallelBatch.Run<float>(count, grain, 3, new ParallelOptions { MaxDegreeOfParallelism = threads }, (first, end, scratch) =>
        {
            Assert.InRange(end - first, 1, grain);
            Assert.True(scratch.Length >= 3);
            for (int i = first; i < end; i++) Interlocked.Increment(ref times[i]);
        });
        Assert.All(times, static t => Assert.Equal(1, t));
    }

    [Fact]
    public void No_two_threads_share_scratch_and_no_more_work_than_were_asked_for()
    {
        var inUse = new ConcurrentDictionary<byte[], int>();
        int working = 0, most = 0;
        ParallelBatch.Run<byte>(200, 1, 16, new ParallelOptions { MaxDegreeOfParallelism = 3 }, (first, _, scratch) =>
        {
            Assert.True(inUse.TryAdd(scratch, first));
            int now = Interlocked.Increment(ref working);
            int before;
            while ((before = most) < now && Interlocked.CompareExchange(ref most, now, before) != before)
            {
            }

            if (first % 50 == 0) Thread.Sleep(1);
            Interlocked.Decrement(ref working);
            Assert.True(inUse.TryRemove(scratch, out _));
        });
        Assert.InRange(most, 1, 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_exception_of_a_run_comes_out_as_it_is_and_ends_the_batch(int threads)
    {
        int runs = 0;
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => ParallelBatch.Run<float>(1_000_000, 1, 0, new ParallelOptions { MaxDegreeOfParallelism = threads }, (first, _, _) =>
        {
            Interlocked.Increment(ref runs);
            if (first == 5) throw new ArgumentException("run 5");
        }));
        Assert.Equal("run 5", thrown.Message);
        Assert.InRange(runs, 6, 999_999);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_cancelled_batch_stops_between_two_ranges(int threads)
    {
        using var cancellation = new CancellationTokenSource();
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation.Token };
        int runs = 0;
        Assert.Throws<OperationCanceledException>(() => ParallelBatch.Run<float>(1_000_000, 1, 0, options, (first, _, _) =>
        {
            Interlocked.Increment(ref runs);
            if (first == 9) cancellation.Cancel();
        }));
        Assert.InRange(runs, 10, 999_999);
        runs = 0;
        Assert.Throws<OperationCanceledException>(() => ParallelBatch.Run<float>(3, 1, 0, options, (_, _, _) => runs++));
        Assert.Equal(0, runs);
    }

    [Fact]
    public void Options_are_needed() => Assert.Throws<ArgumentNullException>(static () => ParallelBatch.Run<float>(1, 1, 0, null!, static (_, _, _) => { }));
}
