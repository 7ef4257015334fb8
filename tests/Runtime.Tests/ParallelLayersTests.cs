using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace RedGen.Runtime.Tests;

public sealed class ParallelLayersTests
{
    private const int Layers = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(-1)]
    public void Every_row_of_every_layer_is_computed_once_and_after_the_layer_before(int threads)
    {
        for (int round = 0; round < 20; round++)
        {
            var rows = new int[Layers, 100];
            int led = 0;
            ParallelLayers.Run<float>(7, 3, new ParallelOptions { MaxDegreeOfParallelism = threads }, (worker, scratch, workspace) =>
            {
                Assert.True(scratch.Length >= 7 && workspace.Length >= 3);
                for (int layer = 0; layer < Layers; layer++)
                {
                    if (layer % 3 == 2)
                    {
                        if (worker.Leads) led++;
                        continue;
                    }

                    while (worker.Takes(layer))
                    {
                        int first = LayerShare.Rows(100, 8, out int end);
                        for (int r = first; r < end; r++) Interlocked.Increment(ref rows[layer, r]);
                        int before = layer % 3 == 0 ? layer - 2 : layer - 1;
                        for (int r = 0; before >= 0 && r < 100; r++) Assert.Equal(1, Volatile.Read(ref rows[before, r]));
                    }
                }
            });
            Assert.Equal(Layers / 3, led);
            for (int layer = 0; layer < Layers; layer++)
                for (int r = 0; r < 100; r++) Assert.Equal(layer % 3 == 2 ? 0 : 1, rows[layer, r]);
            Assert.Equal(0, LayerShare.Rows(100, 8, out int whole));
            Assert.Equal(100, whole);
        }
    }

    [Fact]
    public void No_more_threads_work_than_were_asked_for()
    {
        int working = 0, most = 0;
        var threads = new HashSet<int>();
        ParallelLayers.Run<byte>(0, 0, new ParallelOptions { MaxDegreeOfParallelism = 2 }, (worker, _, _) =>
        {
            for (int layer = 0; layer < Layers; layer++)
            {
                while (worker.Takes(layer))
                {
                    int now = Interlocked.Increment(ref working);
                    lock (threads)
                    {
                        most = Math.Max(most, now);
                        threads.Add(Environment.CurrentManagedThreadId);
                    }

                    Interlocked.Decrement(ref working);
                }
            }
        });
        Assert.InRange(most, 1, 2);
        Assert.InRange(threads.Count, 1, 2);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    public void An_exception_of_a_layer_comes_out_as_it_is_and_ends_the_run(int threads, bool leader)
    {
        int later = 0;
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => ParallelLayers.Run<float>(1, 1, new ParallelOptions { MaxDegreeOfParallelism = threads }, (worker, _, _) =>
        {
            while (worker.Takes(0))
            {
            }

            if (leader && worker.Leads) throw new InvalidOperationException("layer");
            while (worker.Takes(1))
                if (!leader) throw new InvalidOperationException("layer");
            while (worker.Takes(2)) later++;
        }));
        Assert.Equal("layer", thrown.Message);
        Assert.Equal(0, later);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Cancelling_takes_effect_between_layers(int threads)
    {
        using var source = new CancellationTokenSource();
        int later = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => ParallelLayers.Run<float>(1, 1, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = source.Token }, (worker, _, _) =>
        {
            while (worker.Takes(0)) source.Cancel();
            while (worker.Takes(1)) Interlocked.Increment(ref later);
        }));
        Assert.Equal(0, later);
        Assert.ThrowsAny<OperationCanceledException>(() => ParallelLayers.Run<float>(1, 1, new ParallelOptions { CancellationToken = new CancellationToken(true) }, (_, _, _) => later++));
        Assert.Equal(0, later);
        Assert.Throws<ArgumentNullException>(() => ParallelLayers.Run<float>(1, 1, null!, (_, _, _) => { }));
    }

    [Fact]
    public void Shares_cover_all_rows_in_order_and_begin_at_steps()
    {
        foreach ((int rows, int step, int count) in from rows in new[] { 0, 1, 7, 24, 100, 1457 } from step in new[] { 1, 8, 24 } from count in new[] { 1, 2, 6, 64 } select (rows, step, count))
        {
            int next = 0;
            for (int i = 0; i < count; i++)
            {
                LayerShare.Set(i, count);
                int first = LayerShare.Rows(rows, step, out int end);
                Assert.Equal(next, first);
                Assert.True(first % step == 0 || first == rows);
                Assert.InRange(end, first, rows);
                next = end;
            }

            Assert.Equal(rows, next);
        }

        LayerShare.Clear();
    }
}
