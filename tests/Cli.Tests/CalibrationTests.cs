using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Cli.Measure.Calibration;
using RedGen.Compiler.Plan.Costs;
using Xunit;

namespace RedGen.Cli.Tests;

/// <summary>Costs fitted to measurements.</summary>
public class CalibrationTests
{
    private static readonly StepWork[] Work = [new(1000, 4096), new(50_000, 9000), new(2_000_000, 65_536), new(0, 1 << 20), new(300_000, 500)];

    [Theory]
    [InlineData(40, 12, 3)]
    [InlineData(0, 8, 0)]
    [InlineData(900, 0, 25)]
    public void Costs_that_explain_every_time_are_found(double call, double kilomac, double kilobyte)
    {
        var costs = new KernelCost(call, kilomac, kilobyte);
        KernelCost found = CostFit.Fit([.. Work.Select(w => new MeasuredLayer("K", w, Math.Max(1e-9, costs.Microseconds(w))))]);
        Assert.All(Work.Where(w => costs.Microseconds(w) > 0), w => Assert.Equal(1, found.Microseconds(w) / costs.Microseconds(w), 2));
    }

    [Fact]
    public void No_cost_is_below_zero_and_noise_changes_little()
    {
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            var costs = new KernelCost(random.Next(1, 1000), random.NextDouble() * 30, random.NextDouble() * 30);
            List<MeasuredLayer> layers = [.. Work.Select(w => new MeasuredLayer("K", w, costs.Microseconds(w) * (0.9 + (0.2 * random.NextDouble()))))];
            KernelCost found = CostFit.Fit(layers);
            Assert.True(found is { Nanoseconds: >= 0, NanosecondsPerKilomac: >= 0, NanosecondsPerKilobyte: >= 0 });
            double Error(KernelCost c) => layers.Sum(l => Math.Pow((c.Microseconds(l.Work) / l.Microseconds) - 1, 2));
            Assert.InRange(Error(found), 0, (Error(costs) * 1.01) + 1e-4);
        }
    }

    [Fact]
    public void One_layer_is_explained_by_one_cost()
    {
        KernelCost found = CostFit.Fit([new MeasuredLayer("K", new StepWork(1000, 1024), 2)]);
        Assert.Equal(2, found.Microseconds(new StepWork(1000, 1024)), 2);
    }
}
