using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Plan;
using Xunit;

namespace RedGen.Compiler.Tests.Plan;

public sealed class ArenaTests
{
    [Fact]
    public void Buffers_that_live_together_never_overlap_and_the_size_is_exact()
    {
        var random = new Random(1);
        for (int round = 0; round < 500; round++)
        {
            List<ArenaRequest> requests = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ =>
            {
                int first = random.Next(50);
                return new ArenaRequest(random.Next(4) == 0 ? 0 : random.Next(1, 5000), first, first + random.Next(10));
            })];
            int alignment = round % 2 == 0 ? Arena.Alignment : Arena.WordAlignment;
            ArenaLayout layout = Arena.Place(requests, alignment);
            for (int i = 0; i < requests.Count; i++)
            {
                Assert.Equal(0, layout.Offsets[i] % alignment);
                Assert.True(layout.Offsets[i] + requests[i].Bytes <= layout.Bytes);
                for (int j = 0; j < i; j++)
                {
                    bool together = requests[i].First <= requests[j].Last && requests[j].First <= requests[i].Last;
                    bool apart = layout.Offsets[i] + requests[i].Bytes <= layout.Offsets[j] || layout.Offsets[j] + requests[j].Bytes <= layout.Offsets[i];
                    Assert.True(!together || apart || requests[i].Bytes == 0 || requests[j].Bytes == 0);
                }
            }

            Assert.True(layout.LowerBound <= layout.Bytes);
        }
    }

    [Fact]
    public void Buffers_that_live_apart_share_memory()
    {
        ArenaLayout layout = Arena.Place([new(640, 0, 1), new(640, 1, 2), new(640, 2, 3), new(640, 3, 4)]);
        Assert.Equal(1280, layout.Bytes);
        Assert.Equal(1280, layout.LowerBound);
    }

    [Fact]
    public void Random_lifetimes_are_placed_close_to_the_bound()
    {
        var random = new Random(2);
        double sum = 0;
        for (int round = 0; round < 200; round++)
        {
            List<ArenaRequest> requests = [.. Enumerable.Range(0, random.Next(10, 60)).Select(_ =>
            {
                int first = random.Next(50);
                return new ArenaRequest(64 * random.Next(1, 200), first, first + random.Next(random.Next(3) == 0 ? 40 : 6));
            })];
            ArenaLayout layout = Arena.Place(requests);
            double ratio = (double)layout.Bytes / layout.LowerBound;
            Assert.InRange(ratio, 1, 1.2);
            sum += ratio;
        }

        Assert.InRange(sum / 200, 1, 1.03);
    }
}
