using System;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace RedGen.Cli.Execution;

/// <summary>Runs foreign code on a thread of its own, so that a hang costs a time limit and not the whole run.</summary>
internal static class TimedRun
{
    /// <summary>How long cancelled work may take to notice before it is left behind.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Runs work; exceptions pass through.</summary>
    /// <param name="work">The work; it should watch the token.</param>
    /// <param name="limit">When the token is cancelled.</param>
    /// <param name="stackBytes">The stack of the thread.</param>
    /// <exception cref="TimeoutException">The work did not end in time. It is left running on a background thread.</exception>
    public static void Run(Action<CancellationToken> work, TimeSpan limit, int stackBytes)
    {
        using var cancellation = new CancellationTokenSource();
        ExceptionDispatchInfo? failure = null;
        CancellationToken token = cancellation.Token;
        var thread = new Thread(() => failure = Catch(work, token), stackBytes) { IsBackground = true, Name = "redgen" };
        thread.Start();
        bool isTimely = thread.Join(limit);
        if (!isTimely)
        {
            cancellation.Cancel();
            if (!thread.Join(Grace)) throw new TimeoutException();
        }

        if (!isTimely) throw new TimeoutException();
        failure?.Throw();
    }

    private static ExceptionDispatchInfo? Catch(Action<CancellationToken> work, CancellationToken token)
    {
        try
        {
            work(token);
            return null;
        }
        catch (Exception problem)
        {
            return ExceptionDispatchInfo.Capture(problem);
        }
    }
}
